import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSealer } from '#base/sealing.ts';

import { createMaster, type TestDatabase } from '../../tests/support/postgres.ts';
import { addYacht } from './directory.ts';
import { createOauthStates, type OauthTrip } from './oauth-states.ts';
import type { MasterSchema } from './schema.ts';

let master: TestDatabase<MasterSchema>;
let now = new Date('2026-05-04T08:00:00Z');
const clock = { now: () => now };
const sealer = createSealer([{ kid: 'k1', key: new Uint8Array(32).fill(1) }]);

const trip: OauthTrip = {
  userId: '7d0f3c1e-0000-4000-8000-000000000001',
  yachtId: 'corvina',
  sessionId: 'session:1',
  purpose: 'read',
  verifier: 'the-pkce-verifier',
  nonce: 'n-1',
  redirectUri: 'http://localhost:3000/auth/outlook/callback',
};
const { userId, sessionId } = trip;

beforeAll(async () => {
  master = await createMaster();
  await addYacht(master.db, {
    yachtId: 'corvina',
    yachtName: 'M/Y Corvina',
    alias: 'CORVINA',
    sealedDatabaseUrl: null,
  });
});
afterAll(() => master.close());

const states = () => createOauthStates({ master: master.db, sealer, clock });

describe('a trip to the sign-in page', () => {
  it('is handed back whole to who set out', async () => {
    const state = await states().begin(trip);
    expect(await states().claim(state, { userId, sessionId })).toEqual({ kind: 'first', trip });
  });

  it('keeps neither the state nor the verifier in the clear', async () => {
    const state = await states().begin(trip);
    const stored = JSON.stringify(await master.db.selectFrom('oauth_states').selectAll().execute());
    expect(stored).not.toContain(state);
    expect(stored).not.toContain(trip.verifier);
  });

  it('is claimed once, and repeats its outcome to everyone else', async () => {
    const state = await states().begin(trip);
    const claims = Promise.all([1, 2, 3, 4].map(() => states().claim(state, { userId, sessionId })));
    await states().conclude(state, 'connected');
    const kinds = (await claims).map((claim) => claim.kind).sort();
    expect(kinds).toEqual(['first', 'repeat', 'repeat', 'repeat']);
    expect(await states().claim(state, { userId, sessionId })).toMatchObject({
      kind: 'repeat',
      outcome: 'connected',
    });
  });

  it.each([
    ['another person', { userId: '7d0f3c1e-0000-4000-8000-000000000002', sessionId }],
    ['another session', { userId, sessionId: 'session:2' }],
  ])('is refused to %s, and stays open to its owner', async (_, thief) => {
    const state = await states().begin(trip);
    await expect(states().claim(state, thief)).rejects.toMatchObject({ code: 'state_foreign' });
    expect(await states().claim(state, { userId, sessionId })).toMatchObject({ kind: 'first' });
  });

  it('expires after ten minutes', async () => {
    const state = await states().begin(trip);
    now = new Date(now.getTime() + 10 * 60_000);
    await expect(states().claim(state, { userId, sessionId })).rejects.toMatchObject({
      code: 'state_expired',
    });
  });

  it('refuses a state that was never given out', async () => {
    await expect(states().claim('made-up', { userId, sessionId })).rejects.toMatchObject({
      code: 'state_unknown',
    });
  });

  it('keeps what waits for a decision, and hands it out once', async () => {
    const state = await states().begin(trip);
    await states().claim(state, { userId, sessionId });
    await states().conclude(state, 'confirm_account', '{"tokens":"secret"}');
    const thief = { userId, sessionId: 'session:2' };
    await expect(states().takePending(state, thief)).rejects.toMatchObject({ code: 'state_foreign' });
    const taken = await Promise.allSettled(
      [1, 2].map(() => states().takePending(state, { userId, sessionId })),
    );
    expect(taken.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected']);
    const kept = taken.find((each) => each.status === 'fulfilled');
    expect(kept?.value.pending).toBe('{"tokens":"secret"}');
  });
});
