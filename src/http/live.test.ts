import { expect, it } from 'vitest';

import type { LiveEvent } from '#directory/events.ts';

import { mayHear } from './live.ts';

const engineer = { userId: 'e', yachtId: 'corvina', role: 'chief_engineer' as const };
const captain = { userId: 'c', yachtId: 'corvina', role: 'captain' as const };
const stranger = { userId: 'e', yachtId: 'meltemi-rose', role: 'captain' as const };
const event = (type: LiveEvent['type'], user_id: string | null = 'e'): LiveEvent => ({
  yacht_id: 'corvina',
  user_id,
  type,
  data: {},
});

it.each([
  ['the owner hears of the own mailbox', engineer, event('threads'), true],
  ['the owner hears of the own sync', engineer, event('sync'), true],
  ['the captain hears of every sync', captain, event('sync'), true],
  ['the captain hears of every notice', captain, event('notice'), true],
  ["nobody else hears of somebody's notice", engineer, event('notice', 'c'), false],
  ["the captain does not hear of somebody's mail", captain, event('threads'), false],
  ["the captain does not hear of somebody's connection", captain, event('connection'), false],
  ["nobody else hears of somebody's sync", engineer, event('sync', 'c'), false],
  ['everyone aboard hears of links', captain, event('links', null), true],
  ['another yacht hears nothing', stranger, event('links', null), false],
  ['a person of two yachts hears of the one they look at', stranger, event('threads'), false],
])('%s', (_, listener, what, heard) => {
  expect(mayHear(listener, what)).toBe(heard);
});
