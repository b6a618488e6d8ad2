// Two yachts sync at the same moment: each fills its own database, and one's trouble is not the other's.
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Principal } from '#directory/principal.ts';

import { endConsent } from './support/consent.ts';
import { createMailWorld, type MailWorld } from './support/mail.ts';
import { fillMailbox, letter } from './support/mail-story.ts';

type Yacht = { world: MailWorld; engineer: Principal };
let corvina: Yacht;
let meltemi: Yacht;

beforeAll(async () => {
  [corvina, meltemi] = await Promise.all([
    yacht('corvina', 'chief.engineer@corvina.test'),
    yacht('meltemi-rose', 'chief.engineer@meltemi-rose.test'),
  ]);
});
afterAll(() => Promise.all([corvina.world.close(), meltemi.world.close()]));

async function yacht(yachtId: string, address: string): Promise<Yacht> {
  const world = await createMailWorld({ yachtId });
  const engineer = world.person(address);
  fillMailbox(world.store, address);
  world.store.bulk(address, { count: 400, seed: 2 });
  await world.connect(engineer);
  return { world, engineer };
}

const rounds = () => Promise.all([corvina, meltemi].map(({ world, engineer }) => world.sync(engineer)));

it('both are equal to their mailboxes afterwards', async () => {
  const [first, second] = await rounds();
  expect([first?.outcome, second?.outcome]).toEqual(['synced', 'synced']);
  await corvina.world.expectEqual(corvina.engineer);
  await meltemi.world.expectEqual(meltemi.engineer);
});

it('one that may no longer read does not hold up the other', async () => {
  const { world, engineer } = corvina;
  endConsent(world.sandbox, engineer.email);
  meltemi.world.store.deliver(meltemi.engineer.email, 'inbox', letter('Fair winds'));
  const [first, second] = await rounds();
  expect([first?.outcome, second?.outcome]).toEqual(['reauth_required', 'synced']);
  await meltemi.world.expectEqual(meltemi.engineer);
});

it('holds rows of its own yacht alone', async () => {
  for (const { world } of [corvina, meltemi]) {
    const yachts = await world.db.selectFrom('email_messages').select('yacht_id').distinct().execute();
    expect(yachts).toEqual([{ yacht_id: world.yachtId }]);
  }
});
