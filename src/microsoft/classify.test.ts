import { describe, expect, it } from 'vitest';

import { graphErrorOf, retryAfterOf } from './classify.ts';

const error = (status: number, code?: string, headers: Record<string, string> = {}) =>
  graphErrorOf({ status, headers, body: code === undefined ? undefined : { error: { code, message: '…' } } });

describe('graphErrorOf', () => {
  it.each([
    [410, undefined, 'sync_state_lost'],
    [400, 'SyncStateInvalid', 'sync_state_lost'],
    [404, 'syncStateNotFound', 'sync_state_lost'],
    [404, 'ErrorItemNotFound', 'not_found'],
    [404, 'ErrorSyncFolderNotFound', 'not_found'],
    [404, 'MailboxNotEnabledForRESTAPI', 'mailbox_unavailable'],
    [404, 'ResourceNotFound', 'mailbox_unavailable'],
    [404, undefined, 'transient'],
    [429, 'ApplicationThrottled', 'throttled'],
    [503, 'ErrorServerBusy', 'throttled'],
    [503, 'serviceNotAvailable', 'transient'],
    [504, undefined, 'transient'],
    [500, 'ErrorInternalServerError', 'transient'],
    [401, 'InvalidAuthenticationToken', 'unauthorized'],
    [403, 'ErrorAccessDenied', 'forbidden'],
    [400, 'ErrorInvalidIdMalformed', 'rejected'],
    [507, 'ErrorQuotaExceeded', 'rejected'],
  ])('reads %i %s as %s', (status, code, kind) => {
    expect(error(status, code).kind).toBe(kind);
  });

  it('goes by the innermost code that it knows', () => {
    const coded = (outer: string, inner: string) =>
      graphErrorOf({
        status: 404,
        headers: {},
        body: { error: { code: outer, innererror: { code: inner } } },
      });
    expect(coded('UnknownError', 'ErrorItemNotFound').kind).toBe('not_found');
    expect(coded('notFound', 'syncStateNotFound').kind).toBe('sync_state_lost');
    expect(coded('ErrorItemNotFound', 'SomethingNew').kind).toBe('not_found');
  });

  it('takes a 503 that says when to come back for a throttle', () => {
    expect(error(503, 'serviceNotAvailable', { 'retry-after': '7' })).toMatchObject({
      kind: 'throttled',
      retryAfterMs: 7000,
    });
  });

  it('keeps the request id, from the header or from inside the body', () => {
    expect(error(500, 'x', { 'request-id': 'r1' }).requestId).toBe('r1');
    const body = { error: { code: 'x', innererror: { 'request-id': 'r2' } } };
    expect(graphErrorOf({ status: 500, headers: {}, body }).requestId).toBe('r2');
  });

  it('sees that a new sign-in is wanted', () => {
    const header = 'Bearer realm="", error="insufficient_claims", claims="eyJhIjoxfQ=="';
    expect(error(401, 'InvalidAuthenticationToken', { 'www-authenticate': header })).toMatchObject({
      ...{ claimsChallenge: true, claims: '{"a":1}' },
    });
    expect(error(401, 'InvalidAuthenticationToken').claimsChallenge).toBe(false);
  });
});

describe('retryAfterOf', () => {
  const now = new Date('2026-05-04T06:00:00Z');
  it.each([
    ['120', 120_000],
    ['2.128', 2_128],
    ['Mon, 04 May 2026 06:00:30 GMT', 30_000],
    ['Mon, 04 May 2026 05:00:00 GMT', 0],
    ['soon', null],
    [undefined, null],
  ])('reads %s', (value, milliseconds) => {
    expect(retryAfterOf(value, now)).toBe(milliseconds);
  });
});
