// Everything Microsoft answers that is not the answer: the errors of its contract, and answers that break off.
// https://learn.microsoft.com/en-us/graph/errors, https://learn.microsoft.com/en-us/graph/throttling
import fc from 'fast-check';

import type { Fault } from '../../sandbox/control/faults.ts';

/** What a fault falls on: anything, the folder tree, a folder's pages, a cursor, an item asked for, a batch, sign-in. */
const PATHS = {
  anything: '.',
  tree: 'mailFolders/delta',
  pages: 'messages/delta',
  cursors: 'messages/delta.*token=',
  items: '/me/messages/[^/]+$',
  batch: '\\$batch',
  signIn: '/oauth2/v2.0/token',
};
export type Place = keyof typeof PATHS;

export type Squall = { at: Place; after: number; count: number; fault: Fault };

const error = (status: number, code: string, more: Partial<Fault> = {}): Fault => ({ status, code, ...more });

/** Long enough for the schedule, or so short that it is sat out; the story's clock is turned, nobody waits. */
const WAITS = ['30', '12.5', '0.05', 'date', 'missing'];

const throttle = (code: string, status: number, wait: string): Fault =>
  wait === 'missing' ? error(status, code) : error(status, code, { headers: { 'retry-after': wait } });

const throttles: fc.Arbitrary<Fault> = fc
  .record({
    code: fc.constantFrom<[string, number]>(
      ['TooManyRequests', 429],
      ['ApplicationThrottled', 429],
      ['activityLimitReached', 429],
      ['ErrorServerBusy', 503],
      ['serviceNotAvailable', 503],
      ['UnknownError', 504],
      ['bandwidthLimitExceeded', 509],
    ),
    wait: fc.constantFrom(...WAITS),
  })
  .map(({ code: [code, status], wait }) => throttle(code, status, wait));

const passing: Fault[] = [
  error(500, 'generalException'),
  error(500, 'ErrorInternalServerError'),
  error(500, 'ErrorCorruptData'),
  error(503, 'ErrorMailboxStoreUnavailable'),
  error(503, 'ErrorMailboxMoveInProgress'),
  { status: 503, body: '' },
  { status: 503, body: '<html><h1>Service Unavailable</h1></html>' },
  { status: 504, body: '' },
  { status: 504, body: '<html><h1>Gateway Timeout</h1></html>' },
  { status: 404, body: '' },
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

const lasting: Fault[] = [
  error(400, 'BadRequest'),
  error(400, 'ErrorInvalidRequest'),
  error(400, 'ErrorInvalidIdMalformed'),
  error(400, 'InefficientFilter'),
  error(400, 'RequestBroker--ParseUri'),
  error(401, 'InvalidAuthenticationToken'),
  error(403, 'ErrorAccessDenied'),
  error(403, 'Authorization_RequestDenied'),
  error(404, 'ResourceNotFound'),
  error(404, 'MailboxNotEnabledForRESTAPI'),
  error(404, 'ErrorInvalidUser'),
  error(404, 'Request_ResourceNotFound'),
  error(404, 'ErrorNonExistentMailbox'),
  error(405, 'Request_BadRequest'),
  error(409, 'ErrorIrresolvableConflict'),
  error(412, 'preconditionFailed'),
  error(413, 'RequestEntityTooLarge'),
  error(415, 'UnsupportedMediaType'),
  error(507, 'ErrorQuotaExceeded'),
  error(509, 'bandwidthLimitExceeded'),
];

/** A folder that seems gone; never said of a message that is there, for that Microsoft is believed. */
const folderGone: Fault[] = [error(404, 'ErrorItemNotFound'), error(404, 'ErrorSyncFolderNotFound')];

const deadCursors: Fault[] = [
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
  fc.record({ at: onGraph, fault: throttles }),
  fc.record({ at: onGraph, fault: fc.constantFrom(...passing) }),
  fc.record({ at: onGraph, fault: fc.constantFrom(...lasting) }),
  fc.record({ at: fc.constant<Place>('pages'), fault: fc.constantFrom(...folderGone) }),
  fc.record({ at: fc.constantFrom<Place>('cursors', 'tree'), fault: fc.constantFrom(...deadCursors) }),
  fc.record({ at: fc.constant<Place>('signIn'), fault: fc.constantFrom(...signIn) }),
  fc.record({ at: onGraph, fault: fc.constant(claims) }),
];

// Mostly once and at once; now and then so often that the round gives up.
export const squall: fc.Arbitrary<Squall> = fc
  .tuple(fc.oneof(...kinds), fc.nat(12), fc.constantFrom(1, 1, 1, 2, 5, 30))
  .map(([kind, after, count]) => ({ ...kind, after, count }));

/** The rule that arms a squall for one mailbox. `now` is the moment that a wait until a date is counted from. */
export function ruleOf({ at, after, count, fault }: Squall, mailbox: string, now: Date) {
  const date = new Date(now.getTime() + 40_000).toUTCString();
  const isDated = fault.headers?.['retry-after'] === 'date';
  const dated = isDated ? { ...fault, headers: { 'retry-after': date } } : fault;
  return { match: { mailbox, path: PATHS[at] }, after, count, fault: dated };
}
