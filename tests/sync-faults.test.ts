// What goes wrong between us and Microsoft. Nothing is lost, nothing is double, and what a person can mend is said.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Principal } from '#directory/principal.ts';
import { watchersSchedule } from '#mailboxes/due-watchers.ts';
import { getWatcher, pauseWatcher, requestSync } from '#mailboxes/watchers.ts';
import { syncMailbox } from '#sync/sync.ts';
import { asWorker } from '#tenants/tenants.ts';

import { expectGoodConduct } from './support/conduct.ts';
import { endConsent } from './support/consent.ts';
import { createMailWorld, type MailWorld } from './support/mail.ts';
import { fillMailbox, letter } from './support/mail-story.ts';
import { wire } from './support/wiring.ts';

let world: MailWorld;
let engineer: Principal;
let address: string;

beforeEach(async () => {
  world = await createMailWorld();
  engineer = world.person('chief.engineer@corvina.test');
  address = engineer.email;
  fillMailbox(world.store, address);
  await world.connect(engineer);
});
afterEach(() => world.close());

async function settle(): Promise<void> {
  expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
  await world.expectEqual(engineer);
}

// Without the `=` at the end of an id, which is percent-encoded in some forms of the path.
const inboxDelta = () =>
  `mailFolders.*${world.store.folder(address, 'inbox').id.replaceAll('=', '')}.*messages/delta`;
const faultsMet = () => world.sandbox.faults.list().every((fault) => fault.fired > 0);
const watcherState = async () => {
  const { id } = await world.watcher(engineer);
  return world.tenants.read(asWorker(world.yachtId), (db) => getWatcher(db, id, world.clock.now()));
};
const dueAt = async (now: Date) => {
  const { due } = await world.tenants.read(asWorker(world.yachtId), (db) => watchersSchedule(db, now, 10));
  return due.map((watcher) => watcher.id);
};

describe('cursors', () => {
  it.each(['410', '404', '400'] as const)(
    'die between rounds (%s): that folder is read again, mail stays visible',
    async (spelling) => {
      await world.sync(engineer);
      world.sandbox.settings.deadToken = spelling;
      world.store.expireDelta(address, 'inbox');
      const [report] = world.store.folder(address, 'inbox').messages;
      world.store.deleteMessage(address, report?.id ?? '', { permanent: true });
      world.store.deliver(address, 'inbox', letter('Meanwhile'));
      await settle();
    },
  );

  it('all die at once, the folder tree included', async () => {
    await world.sync(engineer);
    world.store.expireDelta(address);
    world.store.createFolder(address, { name: 'New since' });
    await settle();
  });

  it('die in the middle of a first round', async () => {
    world.store.bulk(address, { count: 700, seed: 3 });
    let pages = 0;
    await world.sync(engineer, {
      onProgress: () => {
        pages += 1;
        if (pages === 2) world.store.expireDelta(address, 'inbox');
      },
    });
    await settle();
  });
});

describe('requests that fail in passing', () => {
  it.each([
    ['a 503 without a body', { status: 503, body: '' }],
    ['a 504 in HTML', { status: 504, body: '<html>Gateway Timeout</html>' }],
    ['a 404 from the edge', { status: 404, body: '' }],
    ['JSON that is cut off', { cut: 200 }],
    ['an empty 200', { status: 200, body: '' }],
    ['a 500', { status: 500, code: 'ErrorInternalServerError' }],
  ])('%s: the page is asked for again', async (_, fault) => {
    world.sandbox.faults.add({ match: { path: inboxDelta() }, fault });
    await settle();
    expect(faultsMet()).toBe(true);
  });

  it.each([
    ['refused', { status: 400, code: 'BadRequest' }],
    ['answered with nothing', { status: 200, body: 'null' }],
  ])(
    'the inbox %s once while folders are told apart: it is known as the inbox all the same',
    async (_, fault) => {
      world.sandbox.faults.add({ match: { path: 'mailFolders/inbox' }, fault });
      await world.sync(engineer);
      world.clock.forward(3_600_000);
      await settle();
      expect(faultsMet()).toBe(true);
    },
  );

  it('a token that is refused in mid-page: one refresh, one retry', async () => {
    world.sandbox.faults.add({
      match: { path: inboxDelta() },
      fault: { status: 401, code: 'InvalidAuthenticationToken' },
    });
    const before = await world.db
      .selectFrom('auth_microsoft_tokens')
      .select('microsoft_access_token')
      .executeTakeFirst();
    await settle();
    const after = await world.db
      .selectFrom('auth_microsoft_tokens')
      .select('microsoft_access_token')
      .executeTakeFirst();
    expect(after).not.toEqual(before);
  });

  it('a folder that keeps failing: the others are read, and it is said which one is behind', async () => {
    world.sandbox.faults.add({
      match: { path: inboxDelta() },
      count: 4,
      fault: { status: 500, code: 'ErrorInternalServerError' },
    });
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'degraded', code: 'folders_incomplete' });
    const watcher = await watcherState();
    expect(watcher).toMatchObject({
      status: 'degraded',
      complete_up_to: null,
      problem: { code: 'folders_incomplete' },
    });
    expect(watcher.folders.filter((folder) => folder.phase === 'delta').length).toBeGreaterThan(5);
    await settle();
    expect(await watcherState()).toMatchObject({ status: 'active', problem: null });
  });
});

describe('throttling', () => {
  it.each(['number', 'fraction'] as const)(
    'a short Retry-After (%s) is sat out to the second',
    async (spelling) => {
      const after = spelling === 'number' ? '1' : '1.128';
      world.sandbox.faults.add({
        match: { path: inboxDelta() },
        fault: { status: 429, code: 'TooManyRequests', headers: { 'retry-after': after } },
      });
      await settle();
      const log = world.sandbox.requests.list();
      const refused = log.findIndex((request) => request.status === 429);
      const next = log
        .slice(refused + 1)
        .find((request) => !request.path.includes('/oauth2/') && request.n > (log[refused]?.n ?? 0));
      // Requests already on their way may still arrive; the refused one is not repeated early.
      const again = log.slice(refused + 1).find((request) => request.path === log[refused]?.path);
      expect(next).toBeDefined();
      expect(Date.parse(again?.at ?? '') - Date.parse(log[refused]?.at ?? '')).toBeGreaterThanOrEqual(
        Number(after) * 1000 - 50,
      );
    },
  );

  it('a long one goes back to the schedule, and nothing is asked before it is over', async () => {
    world.sandbox.faults.add({
      match: { path: inboxDelta() },
      fault: { status: 429, code: 'TooManyRequests', headers: { 'retry-after': '120' } },
    });
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'throttled' });
    const watcher = await world.watcher(engineer);
    expect(watcher.throttled_until?.getTime()).toBeGreaterThan(Date.now() + 115_000);
    expect(watcher.next_sync_at?.getTime()).toBeGreaterThanOrEqual(
      watcher.throttled_until?.getTime() ?? Number.POSITIVE_INFINITY,
    );
    expect(watcher.sync_status).not.toBe('degraded');

    const asked = world.sandbox.requests.list().length;
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'throttled' });
    expect(world.sandbox.requests.list().length).toBe(asked);

    world.clock.forward(121_000);
    await settle();
  });

  it('never has more than four requests in flight', async () => {
    world.store.bulk(address, { count: 900, seed: 5 });
    world.store.bulk(address, { count: 600, seed: 6, folder: 'Yard period' });
    world.store.bulk(address, { count: 600, seed: 7, folder: 'sentitems' });
    world.sandbox.settings.latencyMs = 20;
    await settle();
    expect(world.sandbox.requests.list().filter((request) => request.throttled)).toEqual([]);
  });
});

describe('consent', () => {
  it('that is revoked is felt when the access token ends; until then the sync goes on', async () => {
    world.sandbox.identity.revoke(world.store.mailbox(address)?.userId ?? '');
    world.store.deliver(address, 'inbox', letter('While the token lasts'));
    await settle();
    expect(await watcherState()).toMatchObject({ problem: null });

    world.clock.forward(90 * 60_000);
    world.store.deliver(address, 'inbox', letter('After its end'));
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'reauth_required' });
    expect(await watcherState()).toMatchObject({
      status: 'reauth_required',
      problem: { code: 'reauth_required' },
    });

    expect(await world.connect(engineer)).toMatchObject({ refusal: null });
    await settle();
  });

  it('that is revoked stops this mailbox, says so, and disturbs nobody else', async () => {
    const captain = world.person('captain@corvina.test');
    world.store.deliver(captain.email, 'inbox', letter('For the captain'));
    await world.connect(captain);
    endConsent(world.sandbox, address);
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'reauth_required' });
    expect(await watcherState()).toMatchObject({
      status: 'reauth_required',
      problem: { code: 'reauth_required' },
      syncing: false,
    });
    expect(await world.sync(captain)).toMatchObject({ outcome: 'synced' });
    await world.expectEqual(captain);

    expect(await world.connect(engineer)).toMatchObject({ refusal: null });
    await settle();
  });

  it('is not doubted when our own secret is wrong', async () => {
    const wrong = wire({
      sandbox: world.sandbox,
      master: world.master.db,
      tenants: world.tenants,
      sealer: world.sealer,
      clock: world.clock,
      readSecret: 'mistyped',
    });
    world.clock.forward(2 * 3_600_000);
    const { id } = await world.watcher(engineer);
    const { syncMailbox } = await import('#sync/sync.ts');
    const result = await syncMailbox(wrong.syncDeps, { yachtId: world.yachtId, watcherId: id });
    expect(result).toMatchObject({ outcome: 'degraded', code: 'identity_operator' });
    const token = await world.db.selectFrom('auth_microsoft_tokens').selectAll().executeTakeFirstOrThrow();
    expect(token).toMatchObject({ is_revoked: false, refresh_failures: 1 });
    await wrong.graph.close();
    await settle();
  });

  it('is not doubted when the sign-in service has a bad day', async () => {
    world.clock.forward(2 * 3_600_000);
    world.sandbox.faults.add({ match: { path: '/token' }, fault: { status: 503, body: '' } });
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'degraded', code: 'identity_transient' });
    await settle();
  });
});

describe('a worker', () => {
  it('that stops in the middle is taken up where it was, page by page', async () => {
    world.store.bulk(address, { count: 900, seed: 4 });
    for (const stopAfter of [1, 2, 3]) {
      const stop = new AbortController();
      let pages = 0;
      const result = await world.sync(engineer, {
        signal: stop.signal,
        onProgress: () => {
          pages += 1;
          if (pages === stopAfter) stop.abort();
        },
      });
      expect(result.outcome).toBe('interrupted');
    }
    const firstPages = () =>
      world.sandbox.requests
        .list()
        .filter((request) => new RegExp(inboxDelta()).test(request.path) && request.path.includes('$select'))
        .length;
    expect(firstPages()).toBe(1);
    await settle();
    expect(firstPages()).toBe(1);
  });

  it('that dies between fetching and committing loses nothing', async () => {
    world.store.bulk(address, { count: 500, seed: 4 });
    const { tenants } = world;
    let writes = 0;
    const dying: typeof tenants = {
      ...tenants,
      transact: (scope, fn) =>
        tenants.transact(scope, async (tx, lastly) => {
          const done = await fn(tx, lastly);
          writes += 1;
          if (writes >= 6) throw new Error('the power went');
          return done;
        }),
    };
    const { syncMailbox } = await import('#sync/sync.ts');
    const { id } = await world.watcher(engineer);
    const crash = syncMailbox(
      { ...world.syncDeps, tenants: dying },
      { yachtId: world.yachtId, watcherId: id },
    );
    await expect(crash).rejects.toThrow('the power went');
    await world.db
      .updateTable('email_watchers')
      .set({ lease_until: new Date(0) })
      .execute();
    await settle();
  });

  it('finds a mailbox taken, and takes it over when the other one falls silent', async () => {
    const { id } = await world.watcher(engineer);
    await world.db
      .updateTable('email_watchers')
      .set({ lease_owner: 'somebody', lease_until: new Date(Date.now() + 30_000) })
      .execute();
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'skipped' });
    expect(await dueAt(new Date())).toEqual([]);
    await world.db
      .updateTable('email_watchers')
      .set({ lease_until: new Date(Date.now() - 1) })
      .execute();
    expect(await dueAt(new Date())).toEqual([id]);
    await settle();
  });

  it('lets go when a person pauses the mailbox meanwhile', async () => {
    world.store.bulk(address, { count: 900, seed: 4 });
    const { id } = await world.watcher(engineer);
    let paused: Promise<unknown> | undefined;
    const result = await world.sync(engineer, {
      onProgress: () => {
        paused ??= world.tenants.transact(asWorker(world.yachtId), (tx) =>
          pauseWatcher(tx, id, world.clock.now()),
        );
      },
    });
    await paused;
    expect(result.outcome).toBe('interrupted');
    expect(await world.watcher(engineer)).toMatchObject({ sync_status: 'paused', lease_owner: null });
  });

  it('is asked once more when somebody says "sync now" while it works', async () => {
    const { id } = await world.watcher(engineer);
    let asked: Promise<unknown> | undefined;
    await world.sync(engineer, {
      onProgress: () => {
        asked ??= world.tenants.transact(asWorker(world.yachtId), (tx) =>
          requestSync(tx, id, world.clock.now()),
        );
      },
    });
    await asked;
    expect(await dueAt(world.clock.now())).toEqual([id]);
  });
});

describe('what is refused in one place', () => {
  it('a folder that is closed to us: the others are read', async () => {
    await settle();
    world.store.createFolder(address, { name: 'Fresh' });
    world.store.deliver(address, 'Fresh', letter('In a new folder'));
    world.store.deliver(address, 'Inbox/Vendors', letter('Not for us'));
    const { id } = world.store.folder(address, 'Inbox/Vendors');
    const closed = world.sandbox.faults.add({
      match: { path: id.replaceAll('=', '') },
      count: 1_000,
      fault: { status: 403, code: 'ErrorAccessDenied' },
    });
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'degraded', code: 'folders_incomplete' });
    const found = world.db.selectFrom('email_messages').select('id').where('subject', '=', 'In a new folder');
    expect(await found.execute()).toHaveLength(1);
    world.sandbox.faults.remove(closed.id);
    await settle();
  });

  it('a token inside a batch: another token, and what it refused once more', async () => {
    await settle();
    const { id } = world.store.deliver(address, 'inbox', letter('Came'));
    world.store.deleteMessage(address, id, { permanent: true });
    world.sandbox.faults.add({ match: { inner: true }, count: 3, fault: { name: 'LifetimeFailed' } });
    await settle();
    expect(faultsMet()).toBe(true);
    expect(await world.db.selectFrom('email_gaps').select('kind').execute()).toEqual([]);
  });

  it('the id of a message of which Microsoft knows nothing any more: it is gone', async () => {
    const { id } = world.store.deliver(address, 'inbox', letter('Of the old mailbox'));
    await settle();
    world.store.deleteMessage(address, id, { permanent: true });
    world.sandbox.faults.add({
      match: { path: '/me/messages/' },
      count: 1_000,
      fault: { status: 400, code: 'ErrorInvalidIdMalformed' },
    });
    await settle();
  });
});

describe('while a round runs', () => {
  it('another interval is chosen: it holds from then on', async () => {
    await settle();
    await world.db.updateTable('email_watchers').set({ sync_interval_minutes: 1440 }).execute();
    world.store.deliver(address, 'inbox', letter('News'));
    let chosen: Promise<unknown> | undefined;
    const tenants: typeof world.tenants = {
      ...world.tenants,
      transact: async (scope, fn) => {
        await chosen;
        return world.tenants.transact(scope, fn);
      },
    };
    const { id } = await world.watcher(engineer);
    const choose = () =>
      world.db.updateTable('email_watchers').set({ sync_interval_minutes: 5 }).where('id', '=', id).execute();
    await syncMailbox(
      { ...world.syncDeps, tenants },
      {
        yachtId: world.yachtId,
        watcherId: id,
        onProgress: () => {
          chosen ??= choose();
        },
      },
    );
    const { next_sync_at } = await world.watcher(engineer);
    expect((next_sync_at?.getTime() ?? 0) - world.clock.now().getTime()).toBeLessThan(6 * 60_000);
  });

  it('the line to the database is cut: its requests are over before the mailbox is another’s', async () => {
    for (const [n, folder] of ['inbox', 'sentitems', 'archive'].entries())
      world.store.bulk(address, { count: 300, seed: n, folder });
    let isCut = false;
    const tenants: typeof world.tenants = {
      ...world.tenants,
      transact: (scope, fn) => (isCut ? cut() : world.tenants.transact(scope, fn)),
      read: (scope, fn) => (isCut ? cut() : world.tenants.read(scope, fn)),
    };
    const cut = () => Promise.reject(new Error('the line to the database is cut'));
    const hung = world.sandbox.faults.add({
      match: { path: 'messages/delta' },
      count: 3,
      fault: { hang: true },
    });
    const { id } = await world.watcher(engineer);
    const first = syncMailbox(
      { ...world.syncDeps, tenants },
      { yachtId: world.yachtId, watcherId: id },
    ).catch(() => null);
    const inFlight = () => Math.max(0, ...world.sandbox.conduct.report().map((row) => row.in_flight));
    await vi.waitFor(() => expect(inFlight()).toBe(3), { timeout: 10_000 });
    isCut = true;
    world.sandbox.faults.remove(hung.id);
    const isClaimed = async () => (await world.sync(engineer)).outcome === 'synced';
    await vi.waitFor(async () => expect(await isClaimed()).toBe(true), { timeout: 25_000, interval: 100 });
    await first;
    expectGoodConduct(world.sandbox);
    await world.expectEqual(engineer);
  }, 60_000);
});

it('what Microsoft asks for at the next sign-in is brought there, and refreshes go on', async () => {
  await settle();
  const userId = world.store.mailbox(address)?.userId ?? '';
  // A second factor.
  world.sandbox.identity.configure(userId, { refreshProblem: 50076 });
  world.sandbox.identity.expireAccess(userId);
  expect(await world.sync(engineer)).toMatchObject({ outcome: 'reauth_required' });
  expect((await world.connect(engineer)).refusal).toBeNull();
  await settle();
  world.clock.forward(2 * 3_600_000);
  await settle();
});
