// A folder of which Microsoft counts otherwise than it tells, however often it is read: read again once, then said.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Principal } from '#directory/principal.ts';

import { createMailWorld, type MailWorld } from './support/mail.ts';
import { fillMailbox, letter } from './support/mail-story.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let world: MailWorld;
let engineer: Principal;
let address: string;

beforeEach(async () => {
  world = await createMailWorld();
  engineer = world.person('chief.engineer@corvina.test');
  address = engineer.email;
  fillMailbox(world.store, address);
  world.store.bulk(address, { count: 1_500, seed: 7 });
  await world.connect(engineer);
  await world.sync(engineer);
});
afterEach(() => world.close());

/** Microsoft counts two more in the inbox than it will ever list. @returns ends it */
function miscount(): () => void {
  const { id, messages } = world.store.setOtherItems(address, 'inbox', 2);
  const rule = world.sandbox.faults.add({
    match: { inner: true, path: `${id.replaceAll('=', '')}.*count=true.*select=id$` },
    count: 100_000,
    fault: { status: 200, body: JSON.stringify({ '@odata.count': messages.length + 2, value: [] }) },
  });
  return () => {
    world.store.setOtherItems(address, 'inbox', 0);
    world.sandbox.faults.remove(rule.id);
  };
}
const makeDue = () =>
  world.db.updateTable('email_watchers').set({ next_reconcile_at: world.clock.now() }).execute();
const round = async () => {
  world.clock.forward(15 * MINUTE);
  return world.sync(engineer);
};
/** The next comparison, with the looks that follow it. */
const day = async () => {
  world.clock.forward(1.3 * DAY);
  const results = [];
  for (let n = 0; n < 4; n += 1) results.push((await round()).reconciliation);
  return results;
};
/** Those of the counts; a day without a round is an outage besides. */
const gaps = async () => (await world.gaps(engineer)).filter(({ kind }) => kind === 'count_mismatch');
const timesRead = async () => {
  const inbox = world.db.selectFrom('email_folders').select('round').where('well_known_name', '=', 'inbox');
  return (await inbox.executeTakeFirstOrThrow()).round;
};
const LEFT = { kind: 'count_mismatch', folder: 'Inbox', detail: 'still_differs', repaired_at: null };

describe('a folder whose counts stay wrong', () => {
  it('is read again once and left with a gap that names it; a mailbox read in slices too', async () => {
    const end = miscount();
    await makeDue();
    expect(await round()).toMatchObject({ reconciliation: 'suspicious' });
    world.clock.forward(15 * MINUTE);
    let slices = 0;
    for (let outcome = 'interrupted'; outcome === 'interrupted' && slices < 12; slices += 1) {
      const others = new AbortController();
      ({ outcome } = await world.sync(engineer, { signal: others.signal, onProgress: () => others.abort() }));
    }
    expect(slices).toBeGreaterThan(2);
    expect(slices).toBeLessThan(12);
    expect(await timesRead()).toBe(2);
    expect(await gaps()).toMatchObject([LEFT]);
    end();
    await world.sync(engineer);
    await world.expectEqual(engineer);
  });

  it('is not read again the next day, and told as a gap for as long as it lasts', async () => {
    const end = miscount();
    await makeDue();
    expect((await round()).reconciliation).toBe('suspicious');
    expect(await round()).toMatchObject({ reconciliation: 'suspicious', ledger: { repaired: [] } });
    expect(await gaps()).toMatchObject([{ kind: 'count_mismatch', repaired_at: null }]);
    expect((await round()).reconciliation).toBe('unexplained');
    for (let n = 0; n < 2; n += 1) expect(await day()).toEqual(['equal', null, null, null]);
    expect(await timesRead()).toBe(2);
    expect(await gaps()).toMatchObject([LEFT]);
    expect(await world.watcher(engineer)).toMatchObject({ sync_status: 'active' });

    end();
    expect(await day()).toEqual(['suspicious', 'equal', null, null]);
    expect(await gaps()).toMatchObject([{ kind: 'count_mismatch', repaired_at: expect.any(Date) }]);
    expect(await timesRead()).toBe(2);
  });

  it('is read again when it comes to differ otherwise: that may be mail', async () => {
    const end = miscount();
    await makeDue();
    for (let n = 0; n < 3; n += 1) await round();
    expect(await gaps()).toMatchObject([LEFT]);
    world.store.deliver(address, 'inbox', letter('Never told'));
    await world.sync(engineer);
    // As if nothing had been told of it.
    for (const table of ['email_messages', 'email_threads'] as const)
      await world.db.deleteFrom(table).where('subject', '=', 'Never told').execute();
    await day();
    expect(await timesRead()).toBe(3);
    // What was never explained still is not.
    expect(await gaps()).toMatchObject([LEFT]);
    end();
    await world.sync(engineer);
    await world.expectEqual(engineer);
  });
});
