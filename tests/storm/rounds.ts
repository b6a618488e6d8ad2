// One round of the sync in a storm: with faults, with things happening meanwhile, and ended before its time.
import { expect } from 'vitest';

import type { Principal } from '#directory/principal.ts';
import { type SyncResult, syncMailbox } from '#sync/sync.ts';
import type { Tenants } from '#tenants/tenants.ts';
import { expectGoodConduct } from '../support/conduct.ts';
import { perform } from './deeds.ts';
import { refusedInWords } from './keepsakes.ts';
import { calm, type Storm } from './lane.ts';
import type { Postman } from './letters.ts';
import type { Cut, Round } from './script.ts';
import { ruleOf } from './weather.ts';

/** A socket that never answers is given up after so long. */
const PATIENCE_MS = 150;

export async function playRound(
  storm: Storm,
  person: Principal,
  { round, mail }: { round: Round; mail: Postman },
): Promise<void> {
  const { lane, people, kept } = storm;
  const { world, line } = lane;
  const others = people.filter((each) => each !== person).map((each) => each.email);
  const room = { store: world.store, address: person.email, others, mail };
  if (round.isDue) await waitAsTold(storm, person);
  line.expect(round.meanwhile.map(({ after, deed }) => ({ after, happen: () => perform(room, deed) })));
  for (const squall of round.squalls) {
    world.sandbox.faults.add(ruleOf(squall, person.email));
    if (squall.fault.hang) line.patience = PATIENCE_MS;
  }
  await Promise.all([syncOnce(storm, person, round.cut), besides(storm, person, round.besides)]);
  judge(storm, round);
  calm(lane);
  await kept.lookAtRows();
}

/** As the schedule has it: a mailbox that is told to wait is not due before. @returns whether it is */
export async function waitAsTold({ lane: { world } }: Storm, person: Principal): Promise<boolean> {
  const { throttled_until } = await world.watcher(person);
  const left = (throttled_until?.getTime() ?? 0) - world.clock.now().getTime();
  if (left > 0) world.clock.forward(left);
  return left > 0;
}

/**
 * Who lets go of a request has it in flight at Microsoft all the same; who dies may not know what it was told. Else
 * whoever was told to wait knows it once the round is over, and is held to it in the next ones.
 */
function judge(storm: Storm, { squalls, cut }: Round): void {
  const { conduct } = storm.lane.world.sandbox;
  storm.isTold ||= conduct.report().some(({ wait_until }) => wait_until !== null);
  if (cut !== null) {
    conduct.clear();
    return;
  }
  const isAnswered = squalls.every(({ fault }) => !fault.hang);
  expectGoodConduct({ conduct }, isAnswered ? {} : { inFlight: Number.POSITIVE_INFINITY });
  conduct.settle();
}

async function besides(storm: Storm, person: Principal, who: Round['besides']): Promise<void> {
  const { lane, people, kept } = storm;
  if (who === 'twin') await syncOnce(storm, person, null);
  if (who === 'others') {
    await Promise.all(people.filter((each) => each !== person).map((other) => syncOnce(storm, other, null)));
  }
  if (who !== 'owner') return;
  // So long that what is asked for at once is in flight at once.
  const { settings } = lane.world.sandbox;
  settings.latencyMs = 4;
  const busy = [0, 7, 13, 20, 29].map(async (n) => {
    await kept.link(person, n);
    await refusedInWords(() => kept.open(person, n));
  });
  await Promise.all(busy).finally(() => {
    settings.latencyMs = 0;
  });
}

/** @returns how it ended; null when the power went */
export async function syncOnce(
  { lane, source }: Storm,
  person: Principal,
  cut: Cut | null,
): Promise<SyncResult | null> {
  const { world, log } = lane;
  const { id } = await world.watcher(person);
  const stop = new AbortController();
  let pages = 0;
  const onProgress = () => {
    pages += 1;
    if (cut && 'stopAfterPages' in cut && pages >= cut.stopAfterPages) stop.abort();
  };
  const power = cut && 'powerGoesAtWrite' in cut ? losingPower(world.tenants, cut) : null;
  const deps = { ...world.syncDeps, source, log, ...(power && { tenants: power.tenants }) };
  const request = { yachtId: world.yachtId, watcherId: id, signal: stop.signal, onProgress };
  const result = await syncMailbox(deps, request).catch((error: unknown) => {
    if (!(error instanceof PowerCut)) throw error;
    return null;
  });
  const ending = result ? `${result.outcome} ${result.code ?? ''}` : 'power cut';
  lane.endings.set(ending, (lane.endings.get(ending) ?? 0) + 1);
  expect(result?.code, 'nothing is unexpected').not.toBe('unexpected');
  if (!power?.isOut()) return result;
  // Its lease runs out before anybody else takes the mailbox up.
  await world.db
    .updateTable('email_watchers')
    .set({ lease_until: new Date(0) })
    .where('id', '=', id)
    .execute();
  return null;
}

class PowerCut extends Error {}

/** The yacht's door in a process that dies at a write: before it is committed, or before anybody hears that it is. */
function losingPower(
  tenants: Tenants,
  { powerGoesAtWrite, committed }: Extract<Cut, { committed: boolean }>,
) {
  let writes = 0;
  const out = () => writes >= powerGoesAtWrite;
  const door: Tenants = {
    ...tenants,
    transact: async (scope, fn) => {
      if (out()) throw new PowerCut('the power is out');
      const done = await tenants.transact(scope, async (tx, lastly) => {
        const result = await fn(tx, lastly);
        writes += 1;
        if (out() && !committed) throw new PowerCut('the power went before the commit');
        return result;
      });
      if (out()) throw new PowerCut('the power went after the commit');
      return done;
    },
  };
  return { tenants: door, isOut: out };
}
