// The ledger: whatever we may have missed is written down, and so is when and with what it was filled.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Principal } from '#directory/principal.ts';
import { closeGaps, listGaps, noteFound, openGap } from '#mailboxes/gaps.ts';
import { asWorker, type TenantWriter } from '#tenants/tenants.ts';

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
  await world.connect(engineer);
  await world.sync(engineer);
});
afterEach(() => world.close());

const transact = <T>(fn: (tx: TenantWriter) => Promise<T>) =>
  world.tenants.transact(asWorker(world.yachtId), fn);
const gaps = async () => {
  const { id } = await world.watcher(engineer);
  return transact((tx) => listGaps(tx, id));
};

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
    const round = { watcherId: watcher.id, startedAt, endedAt: world.clock.now() };
    expect(await transact((tx) => closeGaps(tx, round))).toEqual([]);
    await transact((tx) => noteFound(tx, { watcherId: watcher.id, folderId: null, changes: 2 }));
    const next = { ...round, startedAt: world.clock.now() };
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
