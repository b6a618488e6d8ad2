import { describe, expect, it } from 'vitest';

import { isSparse, LONGEST_BODY, laterWins, rowOf } from './rows.ts';

describe('rowOf', () => {
  it('carries only what was sent', () => {
    const sparse = {
      '@odata.type': '#microsoft.graph.message',
      id: 'm1',
      isRead: true,
      parentFolderId: 'f1',
    };
    expect(rowOf(sparse)).toEqual({
      message_id: 'm1',
      is_read: true,
      parent_folder_id: 'f1',
      graph_type: null,
    });
    expect(isSparse(sparse)).toBe(true);
  });

  it('takes the version of a sparse row from its etag, and a changeKey before that', () => {
    const sparse = { id: 'm1', '@odata.etag': 'W/"CQAAAB2"', isRead: true };
    expect(rowOf(sparse)).toMatchObject({ change_key: 'CQAAAB2' });
    expect(rowOf({ ...sparse, changeKey: 'CQAAAB3' })).toMatchObject({ change_key: 'CQAAAB3' });
    expect('change_key' in rowOf({ id: 'm1', '@odata.etag': null, isRead: true })).toBe(false);
  });

  it('tells null from absent', () => {
    const row = rowOf({ id: 'm1', subject: null, from: null, conversationId: 'c' });
    expect(row).toMatchObject({ subject: null, from_address: null, from_name: null, sync_level: 'full' });
    expect('sender_address' in row).toBe(false);
  });

  it('drops what PostgreSQL refuses and keeps the message', () => {
    const row = rowOf({
      id: 'm1',
      subject: 'Pump\u0000 \ud83d\udea2 \ud800',
      body: { contentType: 'text', content: 'a\u0000b' },
      flag: { flagStatus: 'flagged', dueDateTime: { dateTime: '2026-01-01\u0000', timeZone: 'UTC' } },
    });
    expect(row.subject).toBe('Pump \u{1f6a2} \ufffd');
    expect(row.body_text).toBe('ab');
    expect(JSON.stringify(row.flag)).not.toContain('\\u0000');
  });

  it('keeps the rest of a message whose date cannot be read, and says it is partial', () => {
    const row = rowOf({
      id: 'm1',
      conversationId: 'c',
      receivedDateTime: 'yesterday',
      sentDateTime: '+012345-01-01T00:00:00Z',
      subject: 'S',
    });
    expect(row).toMatchObject({ received_at: null, sent_at: null, subject: 'S', sync_level: 'partial' });
  });

  it('keeps the beginning of an enormous body', () => {
    const row = rowOf({ id: 'm1', body: { contentType: 'text', content: 'x'.repeat(LONGEST_BODY + 1) } });
    expect(row.body_text).toHaveLength(LONGEST_BODY);
    expect(row.sync_level).toBe('partial');
  });

  it('makes text of HTML that came although text was preferred', () => {
    const row = rowOf({
      id: 'm1',
      body: { contentType: 'html', content: '<p>Order <b>WO-1042</b></p><script>x()</script>' },
    });
    expect(row.body_text).toBe('Order WO-1042');
  });

  it('survives fields of another kind than documented', () => {
    const row = rowOf({
      id: 'm1',
      subject: 7,
      isRead: 'yes',
      toRecipients: [{ emailAddress: { name: 'A', address: 'a@x.test' } }, null, { emailAddress: {} }, 'b'],
      categories: ['Engine', 3],
      body: 'text',
    });
    expect(row).toMatchObject({
      subject: null,
      to_addresses: [{ name: 'A', address: 'a@x.test' }],
      categories: ['Engine'],
      body_text: null,
    });
    expect('is_read' in row).toBe(false);
  });
});

describe('laterWins', () => {
  it('merges what a page says twice about a message', () => {
    const rows = laterWins([
      { id: 'm1', subject: 'Old', isRead: false },
      { id: 'm2', subject: 'Other' },
      { id: 'm1', isRead: true },
    ]);
    expect(rows).toEqual([
      { id: 'm1', subject: 'Old', isRead: true },
      { id: 'm2', subject: 'Other' },
    ]);
  });
});
