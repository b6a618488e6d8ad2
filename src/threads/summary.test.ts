import { describe, expect, it } from 'vitest';

import { type SummaryMessage, summariseMailbox, summariseYacht } from './summary.ts';

let day = 0;
function message(more: Partial<SummaryMessage> = {}): SummaryMessage {
  day += 1;
  return {
    id: `e${day}`,
    watcher_id: 'w1',
    mail_id: `m${day}`,
    at: new Date(Date.UTC(2026, 0, day)),
    from_name: 'Yard',
    from_address: 'yard@yard.example',
    sent_to: null,
    is_read: true,
    is_draft: false,
    has_attachments: false,
    removed: false,
    folder_in_inbox: true,
    ...more,
  };
}

describe('what a mailbox shows of a thread', () => {
  it('counts mails, not copies: one sent to oneself is in Sent and in the Inbox', () => {
    const summary = summariseMailbox([
      message({ mail_id: 'same' }),
      message({ mail_id: 'same', is_read: false }),
    ]);
    expect(summary).toMatchObject({ message_count: 1, unread_count: 1, in_inbox: true });
  });

  it('leaves out drafts, what was removed, and what lies in Junk or Deleted Items', () => {
    const shown = message();
    const summary = summariseMailbox([
      shown,
      message({ is_draft: true }),
      message({ removed: true }),
      message({ folder_in_inbox: false, is_read: false, has_attachments: true }),
    ]);
    expect(summary).toMatchObject({
      latest_id: shown.id,
      last_message_at: shown.at.toISOString(),
      message_count: 1,
      unread_count: 0,
      has_attachments: false,
      in_inbox: true,
    });
  });

  it('keeps what lies only in Junk, but not for the inbox', () => {
    const junk = message({ folder_in_inbox: false, is_read: false });
    expect(summariseMailbox([junk])).toMatchObject({ latest_id: junk.id, in_inbox: false, unread_count: 0 });
  });

  it('is nothing when all of it is gone', () => {
    expect(summariseMailbox([message({ removed: true })])).toBeNull();
  });
});

describe('what a record shows of a thread', () => {
  it('is every mailbox’s mail, and never a draft', () => {
    const summary = summariseYacht([
      message({ watcher_id: 'w1', mail_id: 'same' }),
      message({ watcher_id: 'w2', mail_id: 'same' }),
      message({ watcher_id: 'w2', folder_in_inbox: false }),
      message({ is_draft: true }),
    ]);
    expect(summary).toMatchObject({ message_count: 2 });
    expect(summariseYacht([message({ is_draft: true })])).toBeNull();
  });

  it('stays what it was when the last mail has left the last mailbox', () => {
    const gone = message({ removed: true });
    expect(summariseYacht([gone])).toMatchObject({ latest_id: gone.id, message_count: 1 });
    expect(summariseYacht([gone, message()])).toMatchObject({ message_count: 1, latest_id: `e${day}` });
  });
});

describe('participants', () => {
  const own = (to: string) => ({
    from_name: 'Me',
    from_address: 'me@corvina.test',
    sent_to: [{ name: null, address: to }],
  });
  const names = (messages: SummaryMessage[]) =>
    summariseYacht(messages)?.participants.map(({ name, address }) => name ?? address);

  it('are those who wrote, once each, first writers first', () => {
    const other = message({ from_name: 'Agent', from_address: 'agent@port.example' });
    const again = message({ from_name: 'YARD', from_address: 'Yard@Yard.example' });
    expect(names([message(), other, again, message(own('yard@yard.example'))])).toEqual([
      'Yard',
      'Agent',
      'Me',
    ]);
  });

  it('are also those written to, where only the crew wrote', () => {
    expect(names([message(own('yard@yard.example'))])).toEqual(['Me', 'yard@yard.example']);
  });

  it('may be missing: a report has no sender', () => {
    expect(names([message({ from_name: null, from_address: null })])).toEqual([]);
  });
});
