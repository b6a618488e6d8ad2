// Delta queries: rounds, links and their death, tombstones, sparse rows, and the oddities of the field.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Sandbox } from '../../sandbox/server.ts';
import type { Graph } from './support.ts';
import { ADDRESS, graphOf, IMMUTABLE, isTombstone, mail, openSandbox, round, signIn } from './support.ts';

let sandbox: Sandbox;
let graph: Graph;
let now = new Date('2026-05-01T10:00:00Z').getTime();
const INBOX = '/me/mailFolders/inbox/messages/delta';

beforeEach(async () => {
  sandbox = await openSandbox({ clock: { now: () => new Date(now) } });
  graph = graphOf(sandbox, (await signIn(sandbox)).access_token);
});
afterEach(() => sandbox.close());

const deliver = (subject: string, folder = 'inbox') => sandbox.store.deliver(ADDRESS, folder, mail(subject));
const many = (count: number, folder = 'inbox') =>
  Array.from({ length: count }, (_, n) =>
    sandbox.store.deliver(
      ADDRESS,
      folder,
      mail(`Mail ${n}`, { receivedAt: new Date(Date.UTC(2026, 1, 1, 0, n)) }),
    ),
  );

describe('a round', () => {
  it('pages by ten unless told otherwise, and ends only with a deltaLink', async () => {
    many(25);
    const first = await graph(INBOX);
    expect(first.body.value).toHaveLength(10);
    expect(first.headers.get('preference-applied')).toBe('odata.track-changes');
    expect(first.body['@odata.deltaLink']).toBeUndefined();
    // The page size is not in the link: it must be asked for again.
    const second = await graph(first.body['@odata.nextLink'] ?? '', { prefer: 'odata.maxpagesize=12' });
    expect(second.body.value).toHaveLength(12);
    expect(second.headers.get('preference-applied')).toBe('odata.track-changes, odata.maxpagesize=12');
    const third = await graph(second.body['@odata.nextLink'] ?? '');
    expect(third.body.value).toHaveLength(3);
    expect(third.body['@odata.deltaLink']).toContain('$deltatoken=');
    const rows = [first, second, third].flatMap((answer) => answer.body.value);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(25);
    expect(rows[0]?.subject).toBe('Mail 24');
  });

  it('answers every path form', async () => {
    deliver('One');
    const id = sandbox.store.folder(ADDRESS, 'inbox').id;
    const userId = sandbox.store.mailbox(ADDRESS)?.userId;
    for (const path of [
      ...["/me/mailFolders('inbox')/messages/delta", '/me/mailFolders/inbox/messages/delta()'],
      ...[
        `/me/mailFolders/${id}/messages/microsoft.graph.delta()`,
        `/users/${userId}/mailFolders/Inbox/messages/delta`,
      ],
      ...[`/users/${ADDRESS}/mailFolders('${id}')/messages/microsoft.graph.delta`],
    ]) {
      const answer = await graph(path);
      expect([path, answer.status, answer.body.value?.length]).toEqual([path, 200, 1]);
      const link = answer.body['@odata.deltaLink'] ?? '';
      expect(link.startsWith(`${sandbox.url}/v1.0/`)).toBe(true);
      expect((await graph(link)).body.value).toEqual([]);
    }
  });

  it('takes no shortcut to the latest: it begins as any other does', async () => {
    many(3);
    expect((await round(graph, `${INBOX}?$deltatoken=latest`)).rows).toHaveLength(3);
    const folders = await round(graph, '/me/mailFolders/delta');
    const latest = await round(graph, '/me/mailFolders/delta?$deltatoken=latest');
    expect(latest.rows).toEqual(folders.rows);
  });

  it('tells new mail in full, a read toggle sparsely, other changes in full', async () => {
    const [a, b] = [deliver('A'), deliver('B')];
    const start = await round(graph, `${INBOX}?$select=subject,isRead`);
    sandbox.store.updateMessage(ADDRESS, a.id, { isRead: true });
    sandbox.store.updateMessage(ADDRESS, b.id, { categories: ['Urgent'], isRead: true });
    const c = deliver('C');
    const { rows } = await round(graph, start.deltaLink);
    const byId = new Map(rows.map((row) => [row.id, row]));
    expect(Object.keys(byId.get(a.id) ?? {}).sort()).toEqual([
      '@odata.etag',
      '@odata.type',
      'id',
      'isRead',
      'parentFolderId',
    ]);
    expect(byId.get(b.id)).toMatchObject({ subject: 'B', isRead: true });
    expect(byId.get(c.id)).toMatchObject({ subject: 'C', isRead: false });
  });

  it('tells a message in full that came and was read within one round', async () => {
    const start = await round(graph, INBOX);
    const { id } = deliver('Quick');
    sandbox.store.updateMessage(ADDRESS, id, { isRead: true });
    expect((await round(graph, start.deltaLink)).rows).toMatchObject([
      { id, subject: 'Quick', isRead: true },
    ]);
  });

  it('tells a move as a tombstone here and a full row there', async () => {
    const { id } = deliver('Moving');
    const inbox = await round(graph, INBOX);
    const archive = await round(graph, '/me/mailFolders/archive/messages/delta');
    sandbox.store.moveMessage(ADDRESS, id, 'archive');
    expect((await round(graph, inbox.deltaLink)).rows).toEqual([
      { '@odata.type': '#microsoft.graph.message', id, '@removed': { reason: 'deleted' } },
    ]);
    expect((await round(graph, archive.deltaLink)).rows).toMatchObject([{ id, subject: 'Moving' }]);
  });

  it('gives default ids that change with a move', async () => {
    const message = deliver('Moving');
    const inbox = await round(graph, INBOX, 'odata.maxpagesize=5');
    const archive = await round(graph, '/me/mailFolders/archive/messages/delta', '');
    const before = inbox.rows[0]?.id;
    expect(before).not.toBe(message.id);
    sandbox.store.moveMessage(ADDRESS, message.id, 'archive');
    expect((await round(graph, inbox.deltaLink, '')).rows.map(({ id }) => id)).toEqual([before]);
    const after = (await round(graph, archive.deltaLink, '')).rows[0]?.id;
    expect(after).not.toBe(before);
    expect((await graph(`/me/messages/${before}`)).status).toBe(404);
    expect((await graph(`/me/messages/${after}`)).status).toBe(200);
  });

  it('misses nothing that changes while it runs', async () => {
    const messages = many(20);
    const first = await graph(INBOX, { prefer: 'IdType="ImmutableId", odata.maxpagesize=5' });
    const given = first.body.value.map(({ id }) => id);
    const waiting = messages.find(({ id }) => !given.includes(id));
    sandbox.store.deleteMessage(ADDRESS, given[0] ?? '');
    sandbox.store.deleteMessage(ADDRESS, waiting?.id ?? '');
    const late = deliver('Late');
    const rest = await round(graph, first.body['@odata.nextLink'] ?? '');
    const live = new Set(given);
    for (const row of rest.rows) isTombstone(row) ? live.delete(row.id) : live.add(row.id);
    expect(live).toEqual(new Set(sandbox.store.folder(ADDRESS, 'inbox').messages.map(({ id }) => id)));
    expect(live.has(late.id)).toBe(true);
  });

  it('keeps to the kind of change that was asked for', async () => {
    const { id } = deliver('Old');
    const start = await round(graph, `${INBOX}?changeType=deleted`);
    deliver('New');
    sandbox.store.deleteMessage(ADDRESS, id);
    expect((await round(graph, start.deltaLink)).rows.map((row) => row.id)).toEqual([id]);
  });
});

describe('options of the first request', () => {
  it('filters by received date with a cap of 5,000, and still tells what leaves', async () => {
    sandbox.store.bulk(ADDRESS, {
      count: 5_200,
      seed: 3,
      bodyBytes: 100,
      newest: new Date('2026-04-30T00:00:00Z'),
    });
    const oldest = sandbox.store.folder(ADDRESS, 'inbox').messages[0];
    const filter = encodeURIComponent('receivedDateTime ge 2020-01-01T00:00:00Z');
    const all = await round(
      graph,
      `${INBOX}?$select=id&$filter=${filter}`,
      'IdType="ImmutableId", odata.maxpagesize=1000',
    );
    expect(all.rows).toHaveLength(5_000);
    sandbox.store.deleteMessage(ADDRESS, oldest?.id ?? '');
    expect((await round(graph, all.deltaLink)).rows.map(({ id }) => id)).toEqual([oldest?.id]);
    const recent = encodeURIComponent('receivedDateTime gt 2026-04-29T23:00:00Z');
    expect((await round(graph, `${INBOX}?$select=id&$filter=${recent}`)).rows).toHaveLength(60);
  });

  it.each([
    ['$filter=isRead eq false', 'ErrorInvalidUrlQuery'],
    ['$filter=receivedDateTime lt 2026-01-01T00:00:00Z', 'ErrorInvalidUrlQuery'],
    ['$orderby=subject', 'ErrorInvalidUrlQuery'],
    ['$search="pump"', 'ErrorInvalidUrlQuery'],
    ['$select=colour', 'RequestBroker--ParseUri'],
    ['changeType=moved', 'ErrorInvalidUrlQuery'],
  ])('refuses %s', async (query, code) => {
    const answer = await graph(`${INBOX}?${query}`);
    expect([answer.status, answer.body.error.code]).toEqual([400, code]);
  });

  it('expands attachments', async () => {
    const attachments = [
      { kind: 'file' as const, name: 'a.txt', contentType: 'text/plain', content: Buffer.from('abc') },
    ];
    sandbox.store.deliver(ADDRESS, 'inbox', mail('With file', { attachments }));
    const { rows } = await round(graph, `${INBOX}?$select=subject&$expand=attachments($select=name,size)`);
    expect(rows[0]?.attachments).toMatchObject([{ name: 'a.txt' }]);
  });
});

describe('links', () => {
  it('die after a few newer generations, and say how to begin again', async () => {
    deliver('One');
    const start = await round(graph, `${INBOX}?$select=subject`);
    let link = start.deltaLink;
    for (let n = 0; n < 4; n += 1) link = (await round(graph, link)).deltaLink;
    const dead = await graph(start.deltaLink, { prefer: IMMUTABLE });
    expect([dead.status, dead.body.error.code]).toEqual([410, 'SyncStateNotFound']);
    expect(dead.body.error.message).toMatch(/generation=1;\[highest=5\]/);
    const again = await graph(dead.headers.get('location') ?? '', { prefer: IMMUTABLE });
    expect(Object.keys(again.body.value[0] ?? {})).toContain('subject');
    expect(again.body.value[0]).not.toHaveProperty('body');
    expect((await graph(link, { prefer: IMMUTABLE })).status).toBe(200);
  });

  it('may be followed again and again without using up their chain', async () => {
    const { id } = deliver('One');
    const start = await round(graph, INBOX);
    sandbox.store.updateMessage(ADDRESS, id, { flag: 'flagged' });
    for (let n = 0; n < 10; n += 1)
      expect((await graph(start.deltaLink, { prefer: IMMUTABLE })).body.value).toHaveLength(1);
  });

  it.each(['410', '404', '400'] as const)('die with %s when told to', async (status) => {
    sandbox.settings.deadToken = status;
    const start = await round(graph, INBOX);
    sandbox.store.expireDelta(ADDRESS, 'inbox');
    const dead = await graph(start.deltaLink, { prefer: IMMUTABLE });
    expect([dead.status, dead.body.error.code]).toEqual([Number(status), 'SyncStateNotFound']);
    expect(dead.headers.has('location')).toBe(status === '410');
  });

  it('are bound to their folder and id form, and must be readable', async () => {
    const start = await round(graph, INBOX);
    const token = new URL(start.deltaLink).searchParams.get('$deltatoken');
    const elsewhere = await graph(`/me/mailFolders/archive/messages/delta?$deltatoken=${token}`, {
      prefer: IMMUTABLE,
    });
    expect(elsewhere.body.error.code).toBe('SyncStateInvalid');
    const otherForm = await graph(start.deltaLink);
    expect([otherForm.status, otherForm.body.error.code]).toEqual([400, 'SyncStateInvalid']);
    const broken = await graph(`${INBOX}?$deltatoken=nonsense`);
    expect([broken.status, broken.body.error.message]).toEqual([400, 'Badly formed token.']);
  });
});

describe('oddities', () => {
  it('A→B→A between two rounds loses the return until the item changes again', async () => {
    sandbox.settings.quirks.abaLost = true;
    const { id } = deliver('Boomerang');
    const start = await round(graph, INBOX);
    sandbox.store.moveMessage(ADDRESS, id, 'archive');
    sandbox.store.moveMessage(ADDRESS, id, 'inbox');
    const lost = await round(graph, start.deltaLink);
    expect(lost.rows.map(isTombstone)).toEqual([true]);
    sandbox.store.updateMessage(ADDRESS, id, { flag: 'flagged' });
    expect((await round(graph, lost.deltaLink)).rows).toMatchObject([{ id, subject: 'Boomerang' }]);
  });

  it('A→B→A is one full row where the bug is not', async () => {
    const { id } = deliver('Boomerang');
    const start = await round(graph, INBOX);
    sandbox.store.moveMessage(ADDRESS, id, 'archive');
    sandbox.store.moveMessage(ADDRESS, id, 'inbox');
    expect((await round(graph, start.deltaLink)).rows).toMatchObject([{ id, subject: 'Boomerang' }]);
  });

  it('gives empty pages, duplicates, and tombstones of nobody', async () => {
    Object.assign(sandbox.settings.quirks, {
      emptyPages: true,
      duplicates: true,
      unknownTombstones: true,
      shuffle: true,
    });
    many(60);
    let { rows, deltaLink, pages } = await round(graph, INBOX, 'IdType="ImmutableId", odata.maxpagesize=10');
    expect(pages).toBeGreaterThan(6);
    expect(rows.length).toBeGreaterThan(60);
    expect(new Set(rows.filter((row) => !isTombstone(row)).map(({ id }) => id)).size).toBe(60);
    const strange = new Set<string>();
    for (let n = 0; n < 6; n += 1) {
      deliver(`More ${n}`);
      ({ rows, deltaLink } = await round(graph, deltaLink));
      for (const row of rows.filter(isTombstone)) strange.add(row.id);
    }
    expect(strange.size).toBeGreaterThan(0);
  });

  it('gives tombstones of nobody in a first round too', async () => {
    sandbox.settings.quirks.unknownTombstones = true;
    many(5);
    const sizes = [1, 2, 3, 4];
    const rounds = sizes.map((size) =>
      round(graph, INBOX, `IdType="ImmutableId", odata.maxpagesize=${size}`),
    );
    const rows = (await Promise.all(rounds)).flatMap((one) => one.rows);
    const held = new Set(sandbox.store.folder(ADDRESS, 'inbox').messages.map(({ id }) => id));
    const strange = rows.filter(isTombstone);
    expect(strange.length).toBeGreaterThan(0);
    expect(strange.filter(({ id }) => held.has(id))).toEqual([]);
  });

  it('shows changes late', async () => {
    sandbox.settings.quirks.lateVisibilityMs = 30_000;
    const start = await round(graph, INBOX);
    const { id } = deliver('Slow');
    const early = await round(graph, start.deltaLink);
    expect(early.rows).toEqual([]);
    now += 31_000;
    expect((await round(graph, early.deltaLink)).rows.map((row) => row.id)).toEqual([id]);
  });
});

describe('folders', () => {
  const FOLDERS = '/me/mailFolders/delta';

  it('come flat, with nested ones, without hidden ones unless asked', async () => {
    const vendors = sandbox.store.createFolder(ADDRESS, { name: 'Vendors', parent: 'inbox' });
    sandbox.store.createFolder(ADDRESS, { name: 'Halcyon', parent: 'Inbox/Vendors' });
    sandbox.store.createFolder(ADDRESS, { name: 'Secret', hidden: true });
    const { rows } = await round(graph, FOLDERS);
    expect(rows.find(({ displayName }) => displayName === 'Halcyon')?.parentFolderId).toBe(vendors.id);
    expect(rows.map(({ displayName }) => displayName)).not.toContain('Secret');
    const all = await round(graph, `${FOLDERS}?includeHiddenFolders=true`);
    expect(all.rows.map(({ displayName }) => displayName)).toContain('Secret');
  });

  it('reappear when their row changes, and go with a tombstone', async () => {
    const folder = sandbox.store.createFolder(ADDRESS, { name: 'Yard' });
    const start = await round(graph, FOLDERS);
    expect((await round(graph, start.deltaLink)).rows).toEqual([]);
    sandbox.store.renameFolder(ADDRESS, folder.id, 'Shipyard');
    deliver('Counted', 'archive');
    const next = await round(graph, start.deltaLink);
    expect(next.rows.map(({ displayName }) => displayName).sort()).toEqual(['Archive', 'Shipyard']);
    sandbox.store.deleteFolder(ADDRESS, folder.id, { permanent: true });
    const last = await round(graph, next.deltaLink);
    expect(last.rows).toMatchObject([{ id: folder.id, '@removed': { reason: 'deleted' } }]);
    expect((await graph(`/me/mailFolders/${folder.id}/messages/delta`)).body.error.code).toBe(
      'ErrorItemNotFound',
    );
  });
});
