import { describe, expect, it } from 'vitest';

import { judgePoll, LATE_MS, type Poll, type PushRow, UNTOLD_POLLS } from './plan-push.ts';

const NOW = new Date('2026-05-04T08:00:00Z');
const MINUTE = 60_000;
const at = (minutes: number) => new Date(NOW.getTime() + minutes * MINUTE);

const row = (more: Partial<PushRow> = {}): PushRow => ({
  subscription_state: 'active',
  subscription_authorized_at: at(-600),
  push_heard_at: at(-300),
  push_untold: 0,
  push_untold_at: null,
  push_silent_at: null,
  ...more,
});
const poll = (more: Partial<Poll> = {}): Poll => ({
  trigger: 'schedule',
  reconciling: false,
  changedSince: at(-15),
  ...more,
});
const quiet = poll({ changedSince: null });

/** What the row says after these polls, and when it first said that push is silent. */
function judged(polls: { at: number; poll: Poll; heard?: number }[], given = row()) {
  let state = given;
  for (const each of polls) {
    if (each.heard !== undefined)
      state = { ...state, push_heard_at: at(each.heard), push_untold: 0, push_untold_at: null };
    state = { ...state, ...judgePoll(state, each.poll, at(each.at)) };
  }
  return state;
}
const finds = (...minutes: number[]) =>
  minutes.map((minute) => ({ at: minute, poll: poll({ changedSince: at(minute - 15) }) }));

describe('what a poll finds that nothing told of', () => {
  it('waits first, for a notification that is late', () => {
    expect(judgePoll(row(), poll(), NOW)).toEqual({ push_untold_at: NOW });
  });

  it('counts when nothing came for longer than Microsoft takes', () => {
    const waiting = row({ push_untold_at: at(-LATE_MS / MINUTE) });
    expect(judgePoll(waiting, poll(), NOW)).toEqual({ push_untold: 1, push_untold_at: NOW });
    expect(judgePoll(waiting, quiet, NOW)).toEqual({ push_untold: 1, push_untold_at: null });
  });

  it('does not count when looked again soon, however often', () => {
    expect(judged(finds(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))).toMatchObject({
      push_untold: 0,
      push_silent_at: null,
    });
  });

  it('several times in a row means that push is silent', () => {
    expect(judged(finds(0, 15, 30))).toMatchObject({ push_untold: UNTOLD_POLLS - 1, push_silent_at: null });
    expect(judged(finds(0, 15, 30, 45))).toMatchObject({
      ...{ push_untold: 0, push_untold_at: null, push_silent_at: at(45) },
    });
  });

  it('is not forgotten over quiet polls, nor counted by them', () => {
    const rare = [...finds(0), { at: 15, poll: quiet }, { at: 30, poll: quiet }, ...finds(45, 60)];
    expect(judged(rare)).toMatchObject({ push_untold: 2, push_silent_at: null });
    expect(judged([...rare, { at: 75, poll: quiet }])).toMatchObject({ push_silent_at: at(75) });
  });

  it('is begun anew by one notification', () => {
    const heard = [...finds(0, 15, 30), { ...finds(45)[0], heard: 44 } as ReturnType<typeof finds>[0]];
    expect(judged(heard)).toMatchObject({ push_untold: 0, push_silent_at: null });
  });

  it('of a mailbox that is looked at every five minutes is no sooner believed', () => {
    const every5 = finds(...Array.from({ length: 9 }, (_, n) => n * 5));
    expect(judged(every5).push_silent_at).toBeNull();
    expect(judged([...every5, ...finds(45)]).push_silent_at).toEqual(at(45));
  });
});

describe('what nothing need tell of', () => {
  it.each<[string, Partial<PushRow>, Partial<Poll>]>([
    ['what a first reading, or one anew, brings', {}, { changedSince: null }],
    ['what happened before there was a subscription', { subscription_authorized_at: at(-10) }, {}],
    ['what a subscription never told of', { subscription_authorized_at: null }, {}],
    ['what became visible after its notification', { push_heard_at: at(-16) }, {}],
    ['what was told of while the poll ran', { push_heard_at: at(0) }, {}],
    ['a round that a notification asked for', {}, { trigger: 'push' }],
    ['the first', {}, { trigger: 'first' }],
    ['a comparison of counts', {}, { reconciling: true }],
    ['a mailbox without a subscription', { subscription_state: 'none' }, {}],
    ['one that could not be made', { subscription_state: 'lost' }, {}],
    ['one that is just being renewed', { subscription_state: 'renewing' }, {}],
    ['one that is silent already', { push_silent_at: at(-60) }, {}],
  ])('is %s', (_, given, of) => {
    expect(judgePoll(row(given), poll(of), NOW)).toBeNull();
  });

  it('lets what was found before go on waiting', () => {
    const waiting = row({ push_untold_at: at(-5), push_heard_at: at(-16) });
    expect(judgePoll(waiting, poll(), NOW)).toBeNull();
  });
});
