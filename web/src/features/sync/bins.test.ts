import { describe, expect, it } from 'vitest';

import type { SyncRound } from '../../api/types.ts';
import { BINS, barHeight, binRounds, byHour } from './bins.ts';

const now = new Date(2026, 10, 12, 15, 4);
const round = (hour: number, minute: number, more: Partial<SyncRound> = {}): SyncRound => {
  const at = new Date(2026, 10, 12, hour, minute).toISOString();
  return {
    trigger: 'schedule',
    outcome: 'synced',
    code: null,
    requests: 2,
    changes: 0,
    milliseconds: 300,
    started_at: at,
    ended_at: at,
    ...more,
  };
};

describe('a day of rounds', () => {
  it('is cut at clean times, with the newest last', () => {
    const bins = binRounds([round(15, 3, { changes: 4 })], now);
    expect(bins).toHaveLength(BINS);
    expect(bins.at(-1)).toMatchObject({
      from: new Date(2026, 10, 12, 15, 0),
      to: new Date(2026, 10, 12, 15, 10),
      rounds: 1,
      changes: 4,
      look: 'synced',
    });
    expect(bins[0]?.from).toEqual(new Date(2026, 10, 11, 15, 10));
    expect(bins.filter((bin) => bin.look === null)).toHaveLength(BINS - 1);
  });

  it('puts together what happened in ten minutes, and shows the worst of it', () => {
    const [bin] = binRounds(
      [
        round(9, 1, { changes: 1 }),
        round(9, 4, { outcome: 'degraded', code: 'graph_transient' }),
        round(9, 9, { changes: 2 }),
      ],
      now,
    ).filter((each) => each.rounds > 0);
    expect(bin).toMatchObject({
      rounds: 3,
      changes: 3,
      requests: 6,
      look: 'trouble',
      code: 'graph_transient',
      troubled_at: new Date(2026, 10, 12, 9, 4),
    });
  });

  it('leaves out what is older than a day', () => {
    const old = round(15, 3, { ended_at: new Date(2026, 10, 11, 14, 0).toISOString() });
    expect(binRounds([old], now).every((bin) => bin.rounds === 0)).toBe(true);
  });

  it('is read by the hour', () => {
    const hours = byHour(binRounds([round(9, 1), round(9, 55, { changes: 3 }), round(11, 0)], now));
    expect(hours).toMatchObject([
      { from: new Date(2026, 10, 12, 9), rounds: 2, changes: 3 },
      { from: new Date(2026, 10, 12, 11), rounds: 1 },
    ]);
  });
});

it('draws few changes beside many', () => {
  expect([barHeight(0, 100), barHeight(1, 100), barHeight(100, 100), barHeight(0, 0)]).toEqual([
    0, 0.1, 1, 0,
  ]);
});
