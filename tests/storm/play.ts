// Plays a storm from beginning to end: the steps, then quiet, then equality.
import { expect } from 'vitest';

import type { Principal } from '#directory/principal.ts';
import { pauseWatcher, resumeWatcher } from '#mailboxes/watchers.ts';
import { asWorker } from '#tenants/tenants.ts';

import { expectGoodConduct } from '../support/conduct.ts';
import { perform } from './deeds.ts';
import { refusedInWords } from './keepsakes.ts';
import { brew, calm, type Lane, type Storm } from './lane.ts';
import { createPostman, newMessageId, type Postman } from './letters.ts';
import { heal } from './places.ts';
import { playRound, syncOnce, waitAsTold } from './rounds.ts';
import type { Script, Step } from './script.ts';

/** @throws when, after quiet, our copy is not the mailbox, or something that people rely on is lost */
export async function play(lane: Lane, script: Script): Promise<void> {
  const storm = await brew(lane, script);
  const mail = createPostman();
  try {
    for (const step of script.steps) await playStep(storm, step, mail);
    await expectEqualInQuiet(storm, quietMs(script));
    if (storm.isTold) lane.told += 1;
  } catch (error) {
    if (error instanceof Error) error.message += `\n\nThe sync said:\n${lane.trail.slice(-8).join('\n')}\n`;
    throw error;
  }
}

async function playStep(storm: Storm, step: Step, mail: Postman): Promise<void> {
  const { lane, people, kept } = storm;
  const { world } = lane;
  if (step.step === 'wait') return world.clock.forward(step.minutes * 60_000);
  if (step.step === 'quirks') return void Object.assign(world.sandbox.settings.quirks, step.quirks);
  if (step.step === 'graves') {
    const { deadToken, deadTokenCode } = step;
    return void Object.assign(world.sandbox.settings, { deadToken, deadTokenCode });
  }
  const person = people[step.who % people.length];
  if (!person) return;
  if (step.step === 'round') return playRound(storm, person, { round: step, mail });
  if (step.step === 'open') return refusedInWords(() => kept.open(person, step.n));
  if (step.step === 'link') return void (await kept.link(person, step.n));
  if (step.step === 'knot') return tieKnot(storm, person, { ...step, mail });
  if (step.step === 'account') return refusedInWords(() => changeAccount(storm, person, step.change));
  const others = people.filter((each) => each !== person).map((each) => each.email);
  perform({ store: world.store, address: person.email, others, mail }, step.deed);
}

type Knot = { n: number; to: number; mail: Postman };

/** Links two mails, each to a record, and has one mail come that answers both: their threads become one. */
async function tieKnot({ lane, kept }: Storm, person: Principal, { n, to, mail }: Knot): Promise<void> {
  const { store } = lane.world;
  const ends = [await kept.link(person, n), await kept.link(person, n + 1 + to)];
  const held = store.mailbox(person.email)?.messages;
  const internetMessageId = newMessageId(mail);
  for (const messageId of ends) {
    const answered = messageId === null ? undefined : held?.get(messageId);
    if (!answered?.exists || !answered.internetMessageId) continue;
    const references = [answered.internetMessageId];
    store.deliver(person.email, 'inbox', mail(`RE: ${answered.subject}`, { references, internetMessageId }));
  }
}

type Account = Extract<Step, { step: 'account' }>['change'];

/** How a mailbox can be reached. */
const STATES = { unlicense: 'unlicensed', move: 'moving', settle: 'ready' } as const;
type Reached = keyof typeof STATES;

async function changeAccount({ lane }: Storm, person: Principal, change: Account): Promise<unknown> {
  const { world } = lane;
  const { identity } = world.sandbox;
  const userId = userIdOf(lane, person);
  if (change === 'revoke') {
    // Alone it would be felt when the access token ends: only in a script that waits so long.
    identity.expireAccess(userId);
    return identity.revoke(userId);
  }
  if (change === 'expire') return identity.expireAccess(userId);
  if (change === 'disable') {
    identity.expireAccess(userId);
    return identity.configure(userId, { disabled: true });
  }
  if (change in STATES) return identity.configure(userId, { mailboxState: STATES[change as Reached] });
  if (change === 'withdraw') {
    identity.expireAccess(userId);
    for (const app of identity.apps()) identity.withdrawConsent(app.clientId, userId);
    return;
  }
  if (change === 'reconnect') return reconnect(lane, person);
  const { id } = await world.watcher(person);
  return world.tenants.transact(asWorker(world.yachtId), (tx) => pauseWatcher(tx, id, world.clock.now()));
}

async function reconnect(lane: Lane, person: Principal): Promise<void> {
  const { world } = lane;
  world.sandbox.identity.configure(userIdOf(lane, person), { disabled: false });
  expect(await world.connect(person)).toMatchObject({ refusal: null });
}

const HOUR_MS = 3_600_000;

/**
 * Longer than any throttle, backoff or token. What Microsoft never told is found out when everything is compared,
 * which is once a day; where there is no delta it never tells of what moved or is gone.
 */
function quietMs({ cloud, steps }: Script): number {
  const isLost = (each: Step) => each.step === 'quirks' && each.quirks.recreatedFolderLost;
  const untold = cloud === 'china' || steps.some(isLost);
  return (untold ? 48 : 3) * HOUR_MS;
}

async function expectEqualInQuiet(storm: Storm, quiet: number): Promise<void> {
  const { lane, people, kept } = storm;
  const { world } = lane;
  calm(lane);
  world.sandbox.settings.quirks.lateVisibilityMs = 0;
  for (const person of people) {
    heal(world.store, person.email);
    world.sandbox.identity.configure(userIdOf(lane, person), { disabled: false, mailboxState: 'ready' });
    // To the second: the first thing that may be asked is asked at once.
    if (await waitAsTold(storm, person)) await syncOnce(storm, person, null);
  }
  world.clock.forward(quiet);
  for (const person of people) await goOn(storm, person);
  // A word given in the storm (half of a move, a doubt) is settled by the second round.
  for (const person of people) {
    expect(await syncOnce(storm, person, null), person.email).toMatchObject({ outcome: 'synced' });
  }
  expectGoodConduct(world.sandbox);
  for (const person of people) await world.expectEqual(person);
  await kept.expectKept();
  for (const person of people) {
    const after = await syncOnce(storm, person, null);
    expect(after, 'nothing is left to do').toMatchObject({ outcome: 'synced', changes: 0 });
  }
}

/** A round, after its owner did what the page advises: lets the mailbox go on, or connects it again. */
async function goOn(storm: Storm, person: Principal): Promise<void> {
  const { lane } = storm;
  const { world } = lane;
  const { id, sync_status } = await world.watcher(person);
  if (sync_status === 'paused') {
    await world.tenants.transact(asWorker(world.yachtId), (tx) => resumeWatcher(tx, id, world.clock.now()));
  }
  if (sync_status === 'reauth_required') await reconnect(lane, person);
  const result = await syncOnce(storm, person, null);
  if (result?.outcome !== 'reauth_required') return;
  await reconnect(lane, person);
  await syncOnce(storm, person, null);
}

const userIdOf = ({ world }: Lane, person: Principal) => world.store.mailbox(person.email)?.userId ?? '';
