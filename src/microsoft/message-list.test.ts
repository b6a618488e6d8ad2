import { describe, expect, it } from 'vitest';

import { listCursorOf, messageList } from './message-list.ts';
import type { PageFrom } from './message-page.ts';

const NOW = new Date('2026-04-01T12:00:00.000Z');
const from = (link: string | null = null): PageFrom => ({
  root: '/me',
  folderId: 'A/=',
  link,
  pageSize: 3,
  now: NOW,
});
const pathOf = (link: string | null) => decodeURIComponent(messageList.request(from(link)).path);
const rows = (...times: string[]) =>
  times.map((time, n) => ({ id: `${time} ${n}`, receivedDateTime: `2026-04-01T${time}Z` }));
const next = 'https://graph.test/v1.0/me/mailFolders/A/messages?$skip=3';

describe('a folder by lists', () => {
  it('is asked newest first, the whole of it', () => {
    expect(pathOf(null)).toContain('/me/mailFolders/A/=/messages?');
    expect(pathOf(null)).toContain('$top=3&$orderby=receivedDateTime desc');
    expect(pathOf(null)).not.toContain('$filter');
  });

  it('goes on in the second where a page ended, not where Graph would skip to', () => {
    const value = rows('11:00:00', '10:00:00', '09:00:00');
    const page = messageList.read({ value, '@odata.nextLink': next }, from());
    expect(page.deltaLink).toBeNull();
    expect(pathOf(page.nextLink)).toContain('$filter=receivedDateTime lt 2026-04-01T09:00:01.000Z');
  });

  it('follows Graph where a whole page is one second', () => {
    const first = messageList.read(
      { value: rows('09:00:00', '09:00:00', '09:00:00'), '@odata.nextLink': next },
      from(),
    );
    const second = messageList.read(
      { value: rows('09:00:00', '09:00:00', '09:00:00'), '@odata.nextLink': next },
      from(first.nextLink),
    );
    expect(messageList.request(from(second.nextLink)).path).toBe(next);
    const third = messageList.read({ value: rows('09:00:00', '08:00:00') }, from(second.nextLink));
    expect(third.nextLink).toBeNull();
  });

  it('does not take a full page without a nextLink for the end', () => {
    const page = messageList.read({ value: rows('11:00:00', '10:00:00', '09:00:00') }, from());
    expect(page.nextLink).not.toBeNull();
  });

  it('asks for what came since the listing began, an hour and all, once it is over', () => {
    const page = messageList.read({ value: rows('11:00:00') }, from());
    expect(page.nextLink).toBeNull();
    expect(listCursorOf(page.deltaLink)).toMatchObject({ began: NOW.toISOString(), at: null });
    expect(pathOf(page.deltaLink)).toContain('$filter=receivedDateTime ge 2026-04-01T11:00:00.000Z&$orderby');
  });

  it('keeps both bounds within a window, the date first as $orderby wants it', () => {
    const over = messageList.read({ value: [] }, from()).deltaLink;
    const page = messageList.read({ value: rows('11:30:00', '11:20:00', '11:10:00') }, from(over));
    expect(pathOf(page.nextLink)).toContain(
      '$filter=receivedDateTime ge 2026-04-01T11:00:00.000Z and receivedDateTime lt 2026-04-01T11:10:01.000Z',
    );
  });

  it('is not begun again by a delta link', () => {
    expect(listCursorOf('https://graph.test/v1.0/delta')).toBeNull();
    expect(listCursorOf(null)).toBeNull();
  });

  it('refuses an answer without a list', () => {
    expect(() => messageList.read({}, from())).toThrow();
  });
});
