import { describe, expect, it } from 'vitest';

import {
  begun,
  figureOf,
  nextStep,
  type SubscriptionRow,
  settled,
  strongerWish,
  wishTime,
} from './subscription-plan.ts';

const NOW = new Date('2026-05-04T08:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = (ms: number) => new Date(NOW.getTime() + ms);
const URL = 'https://mail.example.com';

const row = (more: Partial<SubscriptionRow> = {}): SubscriptionRow => ({
  kind: 'own',
  sync_status: 'active',
  subscription_id: null,
  subscription_key: null,
  subscription_state: 'none',
  subscription_expires_at: null,
  subscription_url: null,
  subscription_due_at: null,
  subscription_authorized_at: null,
  subscription_wish: null,
  subscription_failures: 0,
  ...more,
});
const living = (more: Partial<SubscriptionRow> = {}) =>
  row({
    subscription_id: 's1',
    subscription_key: 'k1',
    subscription_state: 'active',
    subscription_expires_at: at(3 * DAY),
    subscription_url: URL,
    subscription_due_at: at(DAY),
    subscription_authorized_at: at(-HOUR),
    ...more,
  });
const task = (given: SubscriptionRow, webhookUrl: string | null = URL) =>
  nextStep(given, { now: NOW, webhookUrl }).task;

describe('what comes next', () => {
  it.each<[string, SubscriptionRow, string]>([
    ['a mailbox without one', row(), 'create'],
    [
      'one that was lost, not yet due',
      row({ subscription_state: 'lost', subscription_due_at: at(1) }),
      'rest',
    ],
    ['one that was lost', row({ subscription_state: 'lost', subscription_due_at: NOW }), 'create'],
    ['one in peace', living(), 'rest'],
    ['one past half of its life', living({ subscription_due_at: NOW }), 'renew'],
    ['one that has ended', living({ subscription_due_at: NOW, subscription_expires_at: at(-1) }), 'create'],
    [
      'one to be reauthorised',
      living({ subscription_wish: 'reauthorize', subscription_due_at: NOW }),
      'reauthorize',
    ],
    [
      'one to be reauthorised that is near its end',
      living({
        subscription_wish: 'reauthorize',
        subscription_due_at: NOW,
        subscription_expires_at: at(DAY),
      }),
      'renew',
    ],
    [
      'one that Microsoft removed',
      living({ subscription_wish: 'recreate', subscription_due_at: NOW }),
      'create',
    ],
    ['one that is silent', living({ subscription_wish: 'replace', subscription_due_at: NOW }), 'remove'],
    [
      'one that was silent and has ended',
      living({ subscription_wish: 'replace', subscription_due_at: NOW, subscription_expires_at: at(-1) }),
      'create',
    ],
    ['one made for another address', living({ subscription_url: 'https://old.example.com' }), 'remove'],
    ['one of a paused mailbox', living({ sync_status: 'paused' }), 'remove'],
    ['one of a disconnected mailbox', living({ sync_status: 'disconnected' }), 'remove'],
    ['one of a mailbox that wants its owner', living({ sync_status: 'reauth_required' }), 'remove'],
    ['none of a shared mailbox', row({ kind: 'shared' }), 'rest'],
    ['none of a paused mailbox', row({ sync_status: 'paused' }), 'rest'],
    ['one of a mailbox in trouble', living({ sync_status: 'degraded' }), 'rest'],
  ])('%s: %#', (_, given, expected) => {
    expect(task(given)).toBe(expected);
  });

  it('without WEBHOOK_URL ends what there is and makes nothing', () => {
    expect(task(row(), null)).toBe('rest');
    expect(task(living(), null)).toBe('remove');
  });

  it.each([
    ['creating', 'create'],
    ['renewing', 'renew'],
    ['reauthorizing', 'renew'],
    ['removing', 'remove'],
  ] as const)('waits while a worker is %s, and does it again when that worker died', (state, expected) => {
    const given = living({ subscription_state: state, subscription_due_at: at(MINUTE) });
    expect(task(given)).toBe('rest');
    expect(task({ ...given, subscription_due_at: NOW })).toBe(expected);
    expect(task({ ...given, sync_status: 'paused' })).toBe('rest');
  });
});

describe('after a step', () => {
  const settle = (given: SubscriptionRow, ending: Parameters<typeof settled>[1]) =>
    settled(given, ending, { now: NOW, random: () => 0.5 });

  it('is renewed half-way to its end, and what went wrong before is forgotten', () => {
    const creating = row({
      ...begun('create', NOW),
      subscription_failures: 4,
      subscription_wish: 'recreate',
    });
    expect(settle(creating, { end: 'active', id: 's2', key: 'k2', expiresAt: at(4 * DAY) })).toEqual({
      subscription_state: 'active',
      subscription_id: 's2',
      subscription_key: 'k2',
      subscription_expires_at: at(4 * DAY),
      subscription_due_at: at(2 * DAY),
      subscription_authorized_at: NOW,
      subscription_failures: 0,
      subscription_error_code: null,
      subscription_wish: null,
    });
  });

  it('goes on notifying while its renewal fails, tried again sooner and sooner than its end', () => {
    const renewing = living(begun('renew', NOW));
    const change = settle(renewing, { end: 'failed', code: 'graph_transient' });
    expect(change).toMatchObject({ subscription_state: 'active', subscription_due_at: at(MINUTE) });
    const fifth = settle({ ...renewing, subscription_failures: 4 }, { end: 'failed', code: 'x' });
    expect(fifth).toMatchObject({ subscription_due_at: at(16 * MINUTE) });
    const ended = settle({ ...renewing, subscription_expires_at: at(-1) }, { end: 'failed', code: 'x' });
    expect(ended).toMatchObject({ subscription_state: 'lost' });
  });

  it('backs off to an hour, and longer only where Microsoft says so', () => {
    const tenth = row({ ...begun('create', NOW), subscription_failures: 10 });
    expect(settle(tenth, { end: 'failed', code: 'x' })).toMatchObject({
      subscription_state: 'lost',
      subscription_failures: 11,
      subscription_due_at: at(HOUR),
    });
    const told = settle(tenth, { end: 'failed', code: 'x', retryAt: at(2 * HOUR) });
    expect(told).toMatchObject({ subscription_due_at: at(2 * HOUR) });
  });

  it('is made anew at once when Microsoft does not have it any more', () => {
    const change = settle(living(begun('renew', NOW)), { end: 'gone' });
    expect(change).toMatchObject({ subscription_state: 'none', subscription_id: null });
    expect(task({ ...living(), ...change } as SubscriptionRow)).toBe('create');
  });
});

describe('one that is silent', () => {
  const silent = { push_silent_at: NOW };
  const removed = (given: SubscriptionRow) => ({
    ...silent,
    ...settled(given, { end: 'none' }, { now: NOW, random: () => 0.5 }),
  });

  it('is replaced at once, and the next one has to prove itself', () => {
    const change = removed(living({ ...begun('remove', NOW), subscription_wish: 'replace' }));
    expect(change).toMatchObject({ subscription_state: 'none', subscription_wish: null, ...silent });
    expect(task({ ...living(), ...change } as SubscriptionRow)).toBe('create');
  });

  it('is so no more when it is ended for another reason', () => {
    expect(removed(living(begun('remove', NOW)))).toMatchObject({ push_silent_at: null });
  });

  it('counts as such while it stands, not when it is lost', () => {
    expect(figureOf('active', silent)).toBe('silent');
    expect(figureOf('lost', silent)).toBe('lost');
    expect(figureOf('active', { push_silent_at: null })).toBe('active');
  });
});

it('is not replaced by less: the stronger of two wishes stays', () => {
  expect(strongerWish('replace', 'reauthorize')).toBe('replace');
  expect(strongerWish('recreate', 'reauthorize')).toBe('recreate');
  expect(strongerWish('reauthorize', 'recreate')).toBe('recreate');
  expect(strongerWish(null, 'reauthorize')).toBe('reauthorize');
});

it('is not reauthorised within ten minutes of the last time', () => {
  expect(wishTime(living({ subscription_authorized_at: at(-4 * MINUTE) }), NOW)).toEqual(at(6 * MINUTE));
  expect(wishTime(living(), NOW)).toEqual(NOW);
  expect(wishTime(row(), NOW)).toEqual(NOW);
});
