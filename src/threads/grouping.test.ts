import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { groupMessages, type KnownThread, type ThreadKey } from './grouping.ts';

const key = (
  messageId: string,
  conversationId: string | null,
  internetMessageId: string | null,
): ThreadKey => ({
  messageId,
  conversationId,
  internetMessageId,
  subject: null,
  at: null,
});
const groupsOf = (keys: ThreadKey[], known: KnownThread[] = []) =>
  groupMessages(keys, known)
    .map((group) => group.messageIds.toSorted().join('+'))
    .toSorted();

describe('messages are one conversation', () => {
  it('when Microsoft says so, or when they are the same mail', () => {
    const keys = [key('a', 'c1', 'm1'), key('b', 'c1', 'm2'), key('c', 'c2', 'm2'), key('d', 'c3', 'm3')];
    expect(groupsOf(keys)).toEqual(['a+b+c', 'd']);
  });

  it('never for lack of anything to tell them apart', () => {
    expect(groupsOf([key('a', null, null), key('b', null, null)])).toEqual(['a', 'b']);
  });

  it('with the threads that already hold a part of it', () => {
    const known: KnownThread[] = [
      { kind: 'conversation', key: 'c1', thread_id: 't1' },
      { kind: 'mail', key: 'm2', thread_id: 't2' },
    ];
    const held = { ...key('d', null, null), threadId: 't3' };
    const groups = groupMessages([key('a', 'c1', 'm1'), key('b', 'c1', 'm2'), held], known);
    expect(groups.map((group) => group.threadIds)).toEqual([['t1', 't2'], ['t3']]);
  });

  it('named after the oldest of them', () => {
    const at = (day: number) => new Date(Date.UTC(2026, 0, day));
    const keys = [
      { ...key('b', 'c1', null), subject: 'RE: Pump', at: at(2) },
      { ...key('a', 'c1', null), subject: 'Pump', at: at(1) },
      { ...key('c', 'c1', null), subject: 'no date' },
    ];
    expect(groupMessages(keys, [])).toEqual([
      { messageIds: ['a', 'b', 'c'], threadIds: [], subject: 'Pump' },
    ]);
  });
});

it('groups the same whatever the order', () => {
  const maybe = (values: string[]) => fc.option(fc.constantFrom(...values), { nil: null });
  const mail = fc.record({
    conversation: maybe(['c1', 'c2', 'c3', 'c4']),
    mail: maybe(['m1', 'm2', 'm3', 'm4', 'm5']),
  });
  fc.assert(
    fc.property(
      fc.array(mail, { maxLength: 12 }).chain((mails) => {
        const keys = mails.map(({ conversation, mail }, index) => key(`g${index}`, conversation, mail));
        return fc.tuple(fc.constant(keys), fc.shuffledSubarray(keys, { minLength: keys.length }));
      }),
      ([keys, shuffled]) => {
        expect(groupsOf(shuffled)).toEqual(groupsOf(keys));
      },
    ),
  );
});
