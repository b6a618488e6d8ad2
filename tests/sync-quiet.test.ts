// Rounds in which little or nothing has happened: what they cost, and that nothing is overlooked for it.
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Principal } from '#directory/principal.ts';
import { requestSync } from '#mailboxes/watchers.ts';
import { asWorker } from '#tenants/tenants.ts';

import type { StoredMessage } from '../sandbox/store/types.ts';
import { createMailWorld, type MailWorld } from './support/mail.ts';
import { fillMailbox, letter } from './support/mail-story.ts';

let world: MailWorld;
let engineer: Principal;
let address: string;

beforeEach(async () => {
  world = await createMailWorld();
  engineer = world.person('chief.engineer@corvina.test');
  address = engineer.email;
  fillMailbox(world.store, address);
});
afterEach(() => world.close());

/** Matters in the mailbox, each with a letter in it, and the mailbox read once. */
async function settledWith(folders: number): Promise<StoredMessage[]> {
  const letters = Array.from({ length: folders }, (_, n) => {
    const folder = world.store.createFolder(address, { name: `Matter ${n}`, parent: 'inbox' });
    return world.store.deliver(address, folder.id, letter(`Matter ${n}`));
  });
  await world.connect(engineer);
  expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
  // Counts that moved while the tree was read for the first time are told in the next round.
  expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
  await world.expectEqual(engineer);
  world.sandbox.requests.clear();
  return letters;
}

const synced = async () => {
  const folders = await world.db
    .selectFrom('email_folders')
    .select(['display_name', 'synced_at', 'last_error'])
    .where('removed_at', 'is', null)
    .where('is_search', '=', false)
    .execute();
  return new Map(folders.map((folder) => [folder.display_name, folder]));
};

const outer = () => world.sandbox.requests.list().filter((request) => !request.inner);
const inboxPages = () =>
  `mailFolders.*${world.store.folder(address, 'inbox').id.replaceAll('=', '')}.*messages/delta`;

describe('a mailbox in which nothing happens', () => {
  it('costs two requests a round with 35 folders, and no row of mail is written', async () => {
    await settledWith(22);
    const before = await world.db.selectFrom('email_messages').select(['id', 'synced_at']).execute();
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced', requests: 2, changes: 0 });
    expect(outer().map((request) => request.path)).toEqual(['/v1.0/$batch', '/v1.0/$batch']);
    expect(await world.db.selectFrom('email_messages').select(['id', 'synced_at']).execute()).toEqual(before);
    for (const folder of (await synced()).values()) {
      expect(folder.synced_at?.getTime()).toBeGreaterThan(Date.parse(outer()[0]?.at ?? '') - 1_000);
    }
  });

  it('costs four transactions with 35 folders: the claim, leave for two requests, the ending', async () => {
    await settledWith(22);
    const { id: watcherId } = await world.watcher(engineer);
    const { syncMailbox } = await import('#sync/sync.ts');
    const asked = vi.spyOn(pg.Client.prototype, 'query');
    await syncMailbox(world.syncDeps, { yachtId: world.yachtId, watcherId });
    const statements = asked.mock.calls.map(([query]) => String((query as { text?: string }).text ?? query));
    asked.mockRestore();
    expect(statements.filter((text) => text.startsWith('commit'))).toHaveLength(4);
    expect(statements.length).toBeLessThanOrEqual(21);
    const { last_round, lease_owner } = await world.watcher(engineer);
    expect(last_round).toMatchObject({ outcome: 'synced' });
    expect(lease_owner).toBeNull();
    expect(await world.db.selectFrom('email_request_places').select('id').execute()).toEqual([]);
  });

  it('leaves the cursors alone when another worker took the mailbox over meanwhile', async () => {
    await settledWith(3);
    const stood = async () => {
      const { folders_delta_link, last_round } = await world.watcher(engineer);
      return { folders: await synced(), folders_delta_link, last_round };
    };
    const before = await stood();
    const { tenants } = world;
    const theirs = { lease_owner: 'another', lease_until: new Date(Date.now() + 60_000) };
    let transactions = 0;
    const overtaken: typeof tenants = {
      ...tenants,
      transact: async (scope, fn) => {
        transactions += 1;
        if (transactions === 2) await world.db.updateTable('email_watchers').set(theirs).execute();
        return tenants.transact(scope, fn);
      },
    };
    const { syncMailbox } = await import('#sync/sync.ts');
    const { id } = await world.watcher(engineer);
    await syncMailbox({ ...world.syncDeps, tenants: overtaken }, { yachtId: world.yachtId, watcherId: id });
    expect(transactions).toBe(2);
    expect(await stood()).toEqual(before);
    expect(await world.watcher(engineer)).toMatchObject(theirs);
  });

  it('asks for immutable ids and text in each item of a batch', async () => {
    await settledWith(3);
    await world.sync(engineer);
    const items = world.sandbox.requests.list().filter((request) => request.inner);
    expect(items.length).toBeGreaterThan(10);
    for (const item of items) {
      expect(item.prefer).toContain('IdType="ImmutableId"');
      expect(item.prefer).toContain('odata.maxpagesize=');
      if (item.path.includes('/messages/')) {
        expect(item.prefer).toContain('outlook.body-content-type="text"');
      }
    }
  });
});

describe('a mailbox with more folders than two requests hold', () => {
  const flagged = async (message: StoredMessage) => {
    const { flag } = await world.db
      .selectFrom('email_messages')
      .select('flag')
      .where('message_id', '=', message.id)
      .executeTakeFirstOrThrow();
    return (flag as { flagStatus: string }).flagStatus === 'flagged';
  };

  it('gives every folder its turn, and says honestly how complete it is', async () => {
    const letters = await settledWith(60);
    // The tree does not tell of flags.
    for (const { id } of letters) world.store.updateMessage(address, id, { flag: 'flagged' });
    const started = new Date();
    const rounds: number[] = [];
    while ((await Promise.all(letters.map(flagged))).includes(false)) {
      const { requests, outcome } = await world.sync(engineer);
      expect(outcome).toBe('synced');
      rounds.push(requests);
      const { complete_up_to } = await world.watcher(engineer);
      const oldest = Math.min(...[...(await synced()).values()].map((row) => row.synced_at?.getTime() ?? 0));
      expect(complete_up_to?.getTime()).toBeLessThanOrEqual(oldest);
      expect(rounds.length).toBeLessThan(5);
    }
    expect(rounds.length).toBeLessThanOrEqual(3);
    const { complete_up_to } = await world.watcher(engineer);
    expect(complete_up_to?.getTime()).toBeGreaterThanOrEqual(started.getTime());
    await world.expectEqual(engineer);
    expect((await world.sync(engineer)).requests).toBe(2);
  });

  it('sees at once what the tree tells of, and everything when somebody asks', async () => {
    const letters = await settledWith(60);
    const last = letters.at(-1);
    world.store.deliver(address, 'Inbox/Matter 59', letter('For the matter at the end'));
    await world.sync(engineer);
    const found = await world.db
      .selectFrom('email_messages')
      .select('id')
      .where('subject', '=', 'For the matter at the end')
      .execute();
    expect(found).toHaveLength(1);

    for (const { id } of letters) world.store.updateMessage(address, id, { flag: 'flagged' });
    const { id } = await world.watcher(engineer);
    await world.tenants.transact(asWorker(world.yachtId), (tx) => requestSync(tx, id, world.clock.now()));
    await world.sync(engineer);
    await world.expectEqual(engineer);
    expect(last && (await flagged(last))).toBe(true);
    expect((await world.watcher(engineer)).whole_requested_at).toBeNull();
    expect((await world.sync(engineer)).requests).toBe(2);
  });
});

describe('what happened in a few folders', () => {
  it('is applied from the batch, and a folder with much goes on page by page', async () => {
    await settledWith(4);
    world.store.bulk(address, { count: 90, seed: 3 });
    world.store.deliver(address, 'Inbox/Matter 1', letter('One more'));
    world.store.moveMessage(
      address,
      world.store.deliver(address, 'Inbox/Matter 2', letter('Moved')).id,
      'junkemail',
    );
    world.store.createFolder(address, { name: 'New since' });
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
    await world.expectEqual(engineer);
  });

  it('is found again after a crash between the request and its transaction', async () => {
    await settledWith(4);
    world.store.deliver(address, 'Inbox/Matter 1', letter('One more'));
    const { tenants } = world;
    let writes = 0;
    const dying: typeof tenants = {
      ...tenants,
      transact: (scope, fn) => {
        writes += 1;
        if (writes > 2) throw new Error('the power went');
        return tenants.transact(scope, fn);
      },
    };
    const { syncMailbox } = await import('#sync/sync.ts');
    const { id } = await world.watcher(engineer);
    const at = { yachtId: world.yachtId, watcherId: id };
    await expect(syncMailbox({ ...world.syncDeps, tenants: dying }, at)).rejects.toThrow('the power went');
    await world.db
      .updateTable('email_watchers')
      .set({ lease_until: new Date(0) })
      .execute();
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
    await world.expectEqual(engineer);
  });
});

describe('an answer within a batch that is a refusal', () => {
  const change = () => {
    world.store.deliver(address, 'inbox', letter('Meanwhile'));
    world.store.deliver(address, 'Inbox/Matter 1', letter('Meanwhile, elsewhere'));
  };
  const elsewhere = () =>
    world.db
      .selectFrom('email_messages')
      .select('id')
      .where('subject', '=', 'Meanwhile, elsewhere')
      .executeTakeFirst();

  it.each([
    ['a dead cursor', { status: 410, code: 'SyncStateNotFound' }],
    ['a 503 without a body', { status: 503, body: '' }],
    ['a token that is not accepted', { status: 401, code: 'InvalidAuthenticationToken' }],
    ['a short throttle', { status: 429, code: 'TooManyRequests', headers: { 'retry-after': '1' } }],
    ['nonsense', { status: 200, body: '' }],
  ])('%s is that folder’s own affair', async (_, fault) => {
    await settledWith(3);
    change();
    world.sandbox.faults.add({ match: { path: inboxPages() }, fault });
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
    await world.expectEqual(engineer);
    expect(world.sandbox.faults.list().every(({ fired }) => fired > 0)).toBe(true);
  });

  it('a long throttle goes to the schedule; what came with it is kept', async () => {
    await settledWith(3);
    const asked = new Date();
    world.sandbox.faults.add({
      match: { path: inboxPages() },
      fault: { status: 429, code: 'ApplicationThrottled', headers: { 'retry-after': '90' } },
    });
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'throttled' });
    expect(outer()).toHaveLength(1);
    const watcher = await world.watcher(engineer);
    expect(watcher.throttled_until?.getTime()).toBeGreaterThan(asked.getTime() + 85_000);
    const folders = await synced();
    expect(folders.get('Matter 1')?.synced_at?.getTime()).toBeGreaterThanOrEqual(asked.getTime());
    expect(folders.get('Inbox')?.synced_at?.getTime()).toBeLessThan(asked.getTime());
    world.clock.forward(91_000);
    change();
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
    await world.expectEqual(engineer);
  });

  it('a folder that always fails does not keep the others back, and is said to be behind', async () => {
    await settledWith(3);
    change();
    world.sandbox.faults.add({
      match: { path: inboxPages() },
      count: 1_000,
      fault: { status: 500, code: 'ErrorInternalServerError' },
    });
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'degraded', code: 'folders_incomplete' });
    expect(await elsewhere()).toBeDefined();
    expect((await synced()).get('Inbox')?.last_error).toBe('graph_transient');
    world.sandbox.faults.clear();
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
    await world.expectEqual(engineer);
    expect((await synced()).get('Inbox')?.last_error).toBeNull();
  });

  it('a folder that is gone: the tree is looked at as a whole', async () => {
    await settledWith(3);
    world.sandbox.faults.add({
      match: { path: inboxPages() },
      fault: { status: 404, code: 'ErrorItemNotFound' },
    });
    change();
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
    await world.expectEqual(engineer);
  });

  it('a stored link to another host is never followed: that folder starts again', async () => {
    await settledWith(3);
    await world.db
      .updateTable('email_folders')
      .set({ delta_link: 'https://elsewhere.test/v1.0/me/mailFolders/x/messages/delta?$deltatoken=1' })
      .where('well_known_name', '=', 'inbox')
      .execute();
    change();
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
    await world.expectEqual(engineer);
    expect(world.sandbox.requests.list().filter(({ path }) => path.includes('deltatoken=1&'))).toEqual([]);
  });
});

describe('a batch that fails as a whole', () => {
  it.each([
    ['503', { status: 503, body: '' }],
    ['an answer that is cut off', { cut: 100 }],
    ['400', { status: 400, code: 'BadRequest' }],
  ])('%s: each folder is asked by itself', async (_, fault) => {
    await settledWith(3);
    world.store.deliver(address, 'inbox', letter('Meanwhile'));
    world.sandbox.faults.add({ match: { path: 'batch' }, fault });
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
    await world.expectEqual(engineer);
  });
});
