// Everything Microsoft answers that is not the answer: the errors of its contract, and answers that break off.
// https://learn.microsoft.com/en-us/graph/errors, https://learn.microsoft.com/en-us/graph/throttling
import fc from 'fast-check';

import { FAULT_CATALOGUE } from '../../sandbox/control/fault-catalogue.ts';
import type { Fault } from '../../sandbox/control/faults.ts';

/** What a fault falls on: anything, the folder tree, a folder's pages, a cursor, an item asked for, a batch, a part of one, sign-in. */
const PATHS = {
  anything: '.',
  tree: 'mailFolders/delta',
  pages: 'messages/delta',
  cursors: 'messages/delta.*token=',
  items: '/me/messages/[^/]+$',
  batch: '\\$batch',
  part: '.',
  signIn: '/oauth2/v2.0/token',
};
export type Place = keyof typeof PATHS;

export type Squall = { at: Place; after: number; count: number; fault: Fault };

const error = (status: number, code: string, more: Partial<Fault> = {}): Fault => ({ status, code, ...more });

/** Long enough for the schedule, or so short that it is sat out; the story's clock is turned, nobody waits. */
const WAITS: NonNullable<Fault['retry_after']>[] = [
  { seconds: 30 },
  { seconds: 13.5, as: 'fraction' },
  { seconds: 1.05, as: 'fraction' },
  { seconds: 40, as: 'date' },
  { seconds: 0, as: 'missing' },
];

/** Said of a message or a folder that is there, these two are believed; a round of the folder finds out. */
const BELIEVED = ['ErrorItemNotFound', 'ErrorSyncFolderNotFound'];

/** They say how long to wait. */
const ASKING = Object.keys(FAULT_CATALOGUE).filter((name) => FAULT_CATALOGUE[name]?.retry_after);

/** Everything in Graph's tables; whoever asks for patience asks for it in any form. */
const refusals: fc.Arbitrary<Fault> = fc
  .record({
    name: fc.constantFrom(...Object.keys(FAULT_CATALOGUE).filter((name) => !BELIEVED.includes(name))),
    wait: fc.constantFrom(...WAITS),
  })
  .map(({ name, wait }) => (ASKING.includes(name) ? { name, retry_after: wait } : { name }));

/** Answers that say nothing, or break off. */
const broken: Fault[] = [
  { status: 404, body: '<html>Not Found</html>' },
  { status: 200, body: '' },
  { status: 200, body: '<html>Sign in to the hotel network</html>' },
  { status: 200, body: '{"value":' },
  { status: 200, body: '{"value":[]}' },
  { status: 200, body: 'null' },
  { cut: 0 },
  { cut: 150 },
  { hang: true },
  { delay_ms: 15 },
];

const folderGone: Fault[] = BELIEVED.map((name) => ({ name }));

const deadCursors: Fault[] = [
  { expire: true },
  error(410, 'SyncStateNotFound'),
  error(410, 'resyncRequired'),
  { status: 410, body: '' },
  error(400, 'SyncStateInvalid'),
  error(400, 'syncStateNotFound'),
  error(400, 'ErrorInvalidUrlQuery', { message: 'Badly formed token.' }),
  error(404, 'ErrorSyncStateNotFound'),
  error(404, 'ResyncRequired'),
  error(404, 'syncstatenotfound'),
];

const signIn: Fault[] = [
  { status: 503, body: '' },
  error(400, 'temporarily_unavailable', { aadsts: 90033 }),
  error(429, 'temporarily_unavailable', { aadsts: 90055 }),
  error(400, 'invalid_grant', { aadsts: 700082 }),
  error(400, 'invalid_grant', { aadsts: 50173, suberror: 'bad_token' }),
  error(400, 'interaction_required', { aadsts: 50076, suberror: 'basic_action' }),
  error(401, 'invalid_client', { aadsts: 7000222 }),
];

const claims: Fault = { claims: '{"access_token":{"nbf":{"essential":true,"value":"1"}}}' };

const onGraph = fc.constantFrom<Place>('anything', 'tree', 'pages', 'pages', 'cursors', 'items', 'batch');

const kinds: fc.Arbitrary<{ at: Place; fault: Fault }>[] = [
  fc.record({ at: onGraph, fault: refusals }),
  fc.record({ at: onGraph, fault: refusals }),
  fc.record({ at: onGraph, fault: fc.constantFrom(...broken) }),
  fc.record({ at: fc.constant<Place>('pages'), fault: fc.constantFrom(...folderGone) }),
  fc.record({ at: fc.constantFrom<Place>('cursors', 'tree'), fault: fc.constantFrom(...deadCursors) }),
  fc.record({ at: fc.constant<Place>('signIn'), fault: fc.constantFrom(...signIn) }),
  fc.record({ at: onGraph, fault: fc.constant(claims) }),
];

// Mostly once and at once; now and then so often that the round gives up.
const count = fc.constantFrom(1, 1, 1, 2, 5, 30);

const trouble: fc.Arbitrary<Squall> = fc
  .tuple(fc.oneof(...kinds), fc.nat(12), count)
  .map(([kind, after, n]) => ({ ...kind, after, count: n }));

/** Somebody asks for patience, in each form, alone or in a batch: early, as most rounds are short. */
const patience: fc.Arbitrary<Squall> = fc.record({
  at: fc.constantFrom<Place>('anything', 'anything', 'batch', 'part', 'part', 'items'),
  after: fc.constantFrom(0, 0, 0, 1, 3),
  count,
  fault: fc.record({ name: fc.constantFrom(...ASKING), retry_after: fc.constantFrom(...WAITS) }),
});

export const squall = fc.oneof(trouble, patience);

/** The rule that arms a squall for one mailbox. */
export function ruleOf({ at, after, count, fault }: Squall, mailbox: string) {
  const inner = at === 'part' ? { inner: true } : {};
  return { match: { mailbox, path: PATHS[at], ...inner }, after, count, fault };
}
