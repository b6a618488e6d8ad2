import { afterAll, beforeAll, expect, it } from 'vitest';

import { createSealer } from '#base/sealing.ts';

import { createMaster, type TestDatabase } from '../../tests/support/postgres.ts';
import { newClientState } from './client-state.ts';
import { addYacht } from './directory.ts';
import { finishNudge, storeNotifications, takeNudges } from './nudges.ts';
import { createOauthStates } from './oauth-states.ts';
import type { MasterSchema } from './schema.ts';
import { countSubscriptions, noteSubscription, registerSubscription, SILENT } from './subscriptions.ts';

const NOW = new Date('2026-05-04T08:00:00Z');
const PERSON = '7d0f3c1e-0000-4000-8000-000000000001';
const MAILBOX = '7d0f3c1e-0000-4000-8000-000000000002';
let master: TestDatabase<MasterSchema>;

beforeAll(async () => {
  master = await createMaster();
});
afterAll(() => master.close());

async function subscribed(yachtId: string) {
  await addYacht(master.db, { yachtId, yachtName: yachtId, alias: yachtId, sealedDatabaseUrl: null });
  const made = newClientState();
  await registerSubscription(master.db, { yachtId, watcherId: MAILBOX, ...made });
  return made;
}
const leave = (yachtId: string) =>
  master.db.deleteFrom('fleet_registry').where('yacht_id', '=', yachtId).execute();

it('goes with its yacht, and so do sign-ins on their way; a yacht to which people belong stays', async () => {
  await subscribed('corvina');
  const sealer = createSealer([{ kid: 'k1', key: new Uint8Array(32).fill(1) }]);
  await createOauthStates({ master: master.db, sealer, clock: { now: () => NOW } }).begin({
    ...{ userId: PERSON, yachtId: 'corvina', sessionId: 'session:1', purpose: 'read' },
    ...{ verifier: 'v', nonce: 'n', redirectUri: 'http://localhost:3000/auth/outlook/callback' },
  });
  const person = { id: PERSON, yacht_id: 'corvina', role: 'eto', email: 'eto@corvina.test' } as const;
  await master.db
    .insertInto('user_accounts')
    .values({ ...person, display_name: 'ETO' })
    .execute();
  await expect(leave('corvina')).rejects.toThrow('user_accounts');
  await master.db.deleteFrom('user_accounts').execute();
  await leave('corvina');
  expect(await countSubscriptions(master.db)).toEqual([]);
  expect(await master.db.selectFrom('oauth_states').selectAll().execute()).toEqual([]);
});

it('that is silent is heard again by a notification of a change, not by one of its lifecycle', async () => {
  const { key, clientState } = await subscribed('avalon');
  await noteSubscription(master.db, { watcherId: MAILBOX, key, subscriptionId: 's1', state: SILENT });
  const told = async (lifecycleEvent: string | null) => {
    await storeNotifications(master.db, [{ subscriptionId: 's1', clientState, lifecycleEvent }], NOW);
    for (const nudge of await takeNudges(master.db, NOW, 10)) await finishNudge(master.db, nudge);
    return countSubscriptions(master.db);
  };
  expect(await told('missed')).toEqual([{ state: 'silent', count: 1 }]);
  expect(await told(null)).toEqual([{ state: 'active', count: 1 }]);
});
