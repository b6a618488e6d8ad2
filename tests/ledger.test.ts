// The ledger: whatever we may have missed is written down, and so is when and with what it was filled.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Principal } from '#directory/principal.ts';
import { closeGaps, noteFound, openGap } from '#mailboxes/gaps.ts';
import { listNotices } from '#mailboxes/notices.ts';
import { attend, standingOf } from '#mailboxes/oversight.ts';
import { listRounds } from '#mailboxes/rounds.ts';
import { pauseWatcher, requestSync, resumeWatcher } from '#mailboxes/watchers.ts';
import { asWorker, type TenantWriter } from '#tenants/tenants.ts';

import { endConsent } from './support/consent.ts';
import { createMailWorld, type MailWorld } from './support/mail.ts';
import { fillMailbox, letter } from './support/mail-story.ts';

const HOUR = 3_600_000;

let world: MailWorld;
let engineer: Principal;
let address: string;

beforeEach(async () => {
  world = await createMailWorld();
  engineer = world.person('chief.engineer@corvina.test');
  address = engineer.email;
  fillMailbox(world.store, address);
  await world.connect(engineer);
  await world.sync(engineer);
});
afterEach(() => world.close());

const transact = <T>(fn: (tx: TenantWriter) => Promise<T>) =>
  world.tenants.transact(asWorker(world.yachtId), fn);
const gaps = () => world.gaps(engineer);

const notices = () => transact((tx) => listNotices(tx, world.clock.now()));
const standing = () => transact((tx) => standingOf(tx, world.clock.now()));
const oversee = () => transact((tx) => attend(tx, world.clock.now()));

describe('a consent to write that died', () => {
  it('is told while the mailbox is read as before, and mended by connecting again', async () => {
    await world.connect(engineer, { purpose: 'write' });
    const writing = world.tokens.source({
      yachtId: world.yachtId,
      userId: engineer.userId,
      purpose: 'write',
    });
    await writing.current();
    endConsent(world.sandbox, address);
    await expect(writing.renewed(await writing.current())).rejects.toMatchObject({ code: 'reauth_required' });

    expect((await standing()).needsAttention).toBe(true);
    const { id } = await world.watcher(engineer);
    expect((await oversee()).notices).toEqual([{ watcher_id: id, kind: 'write_lost', open: true }]);
    expect((await oversee()).notices).toEqual([]);
    expect(await notices()).toMatchObject([
      {
        kind: 'write_lost',
        mailbox: address,
        problem: { code: 'write_lost', advice: expect.stringContaining('Reading goes on') },
      },
    ]);

    await world.sync(engineer);
    expect(await notices()).toMatchObject([{ kind: 'consent_lost' }]);
    await world.connect(engineer);
    expect(await notices()).toMatchObject([{ kind: 'write_lost' }]);
    await world.connect(engineer, { purpose: 'write' });
    expect(await notices()).toEqual([]);
    expect((await oversee()).notices).toEqual(
      expect.arrayContaining([{ watcher_id: id, kind: 'consent_lost', open: false }]),
    );
    expect((await standing()).needsAttention).toBe(false);
  });
});

describe('a gap', () => {
  it('is noted once while it is open, with what the mailbox was complete up to', async () => {
    const watcher = await world.watcher(engineer);
    const missed = { watcherId: watcher.id, kind: 'push_missed' as const, detail: 'missed' };
    const at = world.clock.now();
    expect(await transact((tx) => openGap(tx, { ...missed, at }))).toBe(true);
    expect(await transact((tx) => openGap(tx, { ...missed, at: world.clock.now() }))).toBe(false);
    expect(await gaps()).toMatchObject([
      {
        kind: 'push_missed',
        detail: 'missed',
        noticed_at: at,
        since: watcher.complete_up_to,
        repaired_at: null,
      },
    ]);
    world.store.deliver(address, 'inbox', letter('Missed'));
    await world.sync(engineer);
    expect(await gaps()).toMatchObject([{ found: 1, repaired_at: expect.any(Date) }]);
    expect(await transact((tx) => openGap(tx, { ...missed, at: world.clock.now() }))).toBe(true);
    expect(await gaps()).toHaveLength(2);
  });

  it('that was noticed while a round ran is left to the next one', async () => {
    const watcher = await world.watcher(engineer);
    const startedAt = world.clock.now();
    world.clock.forward(1_000);
    await transact((tx) =>
      openGap(tx, { watcherId: watcher.id, kind: 'subscription_removed', at: world.clock.now() }),
    );
    const round = { watcherId: watcher.id, completeUpTo: startedAt, endedAt: world.clock.now() };
    expect(await transact((tx) => closeGaps(tx, round))).toEqual([]);
    await transact((tx) => noteFound(tx, { watcherId: watcher.id, folderId: null, changes: 2 }));
    const next = { ...round, completeUpTo: world.clock.now() };
    expect(await transact((tx) => closeGaps(tx, next))).toMatchObject([{ found: 2 }]);
  });

  it('of a folder whose cursor died is filled by reading that folder again', async () => {
    const { id } = await world.watcher(engineer);
    world.store.expireDelta(address, 'inbox');
    const [gone] = world.store.folder(address, 'inbox').messages;
    world.store.deleteMessage(address, gone?.id ?? '', { permanent: true });
    world.store.deliver(address, 'inbox', letter('Meanwhile'));
    world.store.deliver(address, 'Inbox/Vendors', letter('Elsewhere'));
    const before = await world.watcher(engineer);
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
    expect(await gaps()).toMatchObject([
      {
        kind: 'cursor_lost',
        folder: 'Inbox',
        since: before.complete_up_to,
        // The new letter and the one that is gone; what another folder's own changes brought was not missed.
        found: 2,
        repaired_at: expect.any(Date),
      },
    ]);
    expect(id).toBe(before.id);
  });
});

describe('an outage', () => {
  const failing = () =>
    world.sandbox.faults.add({
      match: { path: 'mailFolders/delta' },
      count: 40,
      fault: { status: 500, body: '' },
    });

  it('is seen by the sweep while nothing gets through, told to the owner, and closed by the next whole round', async () => {
    failing();
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'degraded' });
    const { complete_up_to } = await world.watcher(engineer);
    world.clock.forward(50 * 60_000);
    expect(await oversee()).toMatchObject({ outages: 0, notices: [] });
    world.clock.forward(30 * 60_000);
    expect((await standing()).needsAttention).toBe(true);
    expect(await oversee()).toMatchObject({ outages: 1, notices: [{ kind: 'stale', open: true }] });
    expect((await standing()).needsAttention).toBe(false);
    expect(await gaps()).toMatchObject([
      { kind: 'outage', detail: 'graph_transient', since: complete_up_to, repaired_at: null },
    ]);
    expect(await notices()).toMatchObject([
      { kind: 'stale', mailbox: address, complete_up_to, problem: { code: 'graph_transient' } },
    ]);

    world.sandbox.faults.clear();
    world.store.deliver(address, 'inbox', letter('Meanwhile'));
    const round = await world.sync(engineer);
    expect(round).toMatchObject({
      outcome: 'synced',
      ledger: { repaired: ['outage'], notices: [{ kind: 'stale', open: false }] },
    });
    expect(await gaps()).toMatchObject([{ kind: 'outage', found: 1, repaired_at: expect.any(Date) }]);
    expect(await notices()).toEqual([]);
  });

  it('that nobody was there to see is written down by the round that ends it', async () => {
    world.clock.forward(5 * HOUR);
    // A page that is opened says so, though no worker did.
    expect(await notices()).toMatchObject([{ kind: 'stale' }]);
    expect(await world.sync(engineer)).toMatchObject({
      ledger: { opened: ['outage'], repaired: ['outage'], notices: [] },
    });
    expect(await gaps()).toMatchObject([{ kind: 'outage', found: 0, repaired_at: expect.any(Date) }]);
  });

  it('in a mailbox with more folders than a round looks at has the round after it read all of it', async () => {
    for (let n = 0; n < 60; n += 1) world.store.createFolder(address, { name: `Folder ${n}` });
    const { id } = await world.watcher(engineer);
    await transact((tx) => requestSync(tx, id, world.clock.now()));
    await world.sync(engineer);
    world.clock.forward(6 * HOUR);
    expect(await world.sync(engineer)).toMatchObject({ ledger: { opened: ['outage'], repaired: [] } });
    world.clock.forward(HOUR / 4);
    expect(await world.sync(engineer)).toMatchObject({ ledger: { repaired: ['outage'] } });
  });

  it('is what a first sync is that Microsoft never lets begin', async () => {
    const eto = world.person('eto@corvina.test');
    await world.connect(eto);
    world.sandbox.faults.add({
      match: { mailbox: eto.email, path: 'mailFolders' },
      count: 100,
      fault: { name: 'TooManyRequests', retry_after: { seconds: 3_600 } },
    });
    for (let n = 0; n < 3; n += 1) {
      world.clock.forward(1.1 * HOUR);
      await world.sync(engineer);
      expect(await world.sync(eto)).toMatchObject({ outcome: 'throttled' });
    }
    expect(await notices()).toMatchObject([{ kind: 'stale', mailbox: eto.email }]);
  });

  it('is what a first sync is that stops after its first page, not one that makes progress', async () => {
    const eto = world.person('eto@corvina.test');
    world.store.bulk(eto.email, { count: 2_500, seed: 5 });
    await world.connect(eto);
    const slice = async () => {
      const others = new AbortController();
      await world.sync(eto, { signal: others.signal, onProgress: () => others.abort() });
      await world.sync(engineer);
    };
    for (let n = 0; n < 3; n += 1) {
      await slice();
      world.clock.forward(0.9 * HOUR);
      expect(await oversee()).toMatchObject({ notices: [] });
    }
    world.sandbox.faults.add({
      match: { mailbox: eto.email },
      count: 100,
      fault: { name: 'TooManyRequests', retry_after: { seconds: 3_600 } },
    });
    expect(await world.sync(eto)).toMatchObject({ outcome: 'throttled' });
    const { messages_done, id } = await world.watcher(eto);
    expect(messages_done).toBeGreaterThan(0);
    world.clock.forward(0.6 * HOUR);
    await world.sync(engineer);
    expect(await oversee()).toMatchObject({ notices: [{ watcher_id: id, kind: 'stale', open: true }] });
    expect(await notices()).toMatchObject([{ kind: 'stale', mailbox: eto.email }]);

    world.sandbox.faults.clear();
    world.clock.forward(HOUR);
    await world.sync(eto);
    expect(await world.watcher(eto)).toMatchObject({ sync_status: 'active' });
    expect(await notices()).toEqual([]);
  });

  it('is not what a pause is', async () => {
    const { id } = await world.watcher(engineer);
    await transact((tx) => pauseWatcher(tx, id, world.clock.now()));
    world.clock.forward(5 * HOUR);
    expect(await notices()).toEqual([]);
    expect((await standing()).needsAttention).toBe(false);
    await transact((tx) => resumeWatcher(tx, id, world.clock.now()));
    expect(await world.sync(engineer)).toMatchObject({ ledger: { trigger: 'person', opened: [] } });
    expect(await gaps()).toEqual([]);
  });
});

describe('consent that dies', () => {
  it('is told until Outlook is connected again, and what was missed meanwhile is in the ledger', async () => {
    endConsent(world.sandbox, address);
    expect(await world.sync(engineer)).toMatchObject({
      outcome: 'reauth_required',
      ledger: { notices: [{ kind: 'consent_lost', open: true }] },
    });
    expect(await notices()).toMatchObject([{ kind: 'consent_lost', problem: { code: 'reauth_required' } }]);
    world.store.deliver(address, 'inbox', letter('Meanwhile'));
    expect(await world.connect(engineer)).toMatchObject({ refusal: null });
    expect(await notices()).toEqual([]);
    world.clock.forward(2 * HOUR);
    expect(await notices()).toMatchObject([{ kind: 'stale' }]);
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
    expect(await notices()).toEqual([]);
    expect(await gaps()).toMatchObject([{ kind: 'outage', found: 1, repaired_at: expect.any(Date) }]);
  });
});

it('consent that died while the mailbox was paused is told when it goes on', async () => {
  const { id } = await world.watcher(engineer);
  await transact((tx) => pauseWatcher(tx, id, world.clock.now()));
  endConsent(world.sandbox, address);
  world.clock.forward(2 * HOUR);
  // Somebody opens a mail.
  const graph = await world.mailboxes.open(world.yachtId, id);
  await expect(graph.json({ path: '/me' })).rejects.toMatchObject({ code: 'reauth_required' });
  await transact((tx) => resumeWatcher(tx, id, world.clock.now()));
  expect(await world.sync(engineer)).toMatchObject({ outcome: 'reauth_required' });
  expect(await world.watcher(engineer)).toMatchObject({ sync_status: 'reauth_required' });
  expect(await notices()).toMatchObject([{ kind: 'consent_lost' }]);
});

describe('the rounds', () => {
  it('are recorded one by one, with why and how, and kept for a week', async () => {
    const { id } = await world.watcher(engineer);
    world.store.deliver(address, 'inbox', letter('New'));
    await transact((tx) => requestSync(tx, id, world.clock.now()));
    await world.sync(engineer);
    await world.sync(engineer);
    const since = new Date(0);
    expect(await transact((tx) => listRounds(tx, id, { since }))).toMatchObject([
      { trigger: 'first', outcome: 'synced', code: null },
      { trigger: 'person', outcome: 'synced', changes: 1 },
      { trigger: 'schedule', outcome: 'synced', changes: 0, requests: expect.any(Number) },
    ]);
    world.clock.forward(7 * 24 * HOUR + 7 * HOUR);
    await world.sync(engineer);
    expect((await standing()).needsAttention).toBe(true);
    await oversee();
    expect(await transact((tx) => listRounds(tx, id, { since }))).toHaveLength(1);
    expect((await standing()).needsAttention).toBe(false);
  });
});
