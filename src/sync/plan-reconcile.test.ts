import { describe, expect, it } from 'vitest';

import { judgeCounts, NONE, nextReconciliation } from './plan-reconcile.ts';

const counts = (total: number, unread = 0) => ({ total, unread });
const unknown = { other: NONE, differs: NONE };

describe('counts', () => {
  it.each([
    ['that agree', counts(7, 2), counts(7, 2), unknown, 'equal'],
    ['that differ for the first time', counts(8, 2), counts(7, 2), unknown, 'suspicious'],
    ['that differ in unread alone', counts(7, 3), counts(7, 2), unknown, 'suspicious'],
    ['that differ as before', counts(8, 2), counts(7, 2), { other: NONE, differs: counts(1) }, 'believed'],
    [
      'that differ otherwise than before',
      counts(9, 2),
      counts(7, 2),
      { other: NONE, differs: counts(1) },
      'suspicious',
    ],
    ['that agree again', counts(8, 2), counts(8, 2), { other: NONE, differs: counts(1) }, 'equal'],
    [
      'with items that are no mail',
      counts(9, 2),
      counts(7, 1),
      { other: counts(2, 1), differs: NONE },
      'equal',
    ],
    [
      'with such items gone',
      counts(7, 1),
      counts(7, 1),
      { other: counts(2, 0), differs: NONE },
      'suspicious',
    ],
  ])('%s', (_, theirs, ours, known, verdict) => {
    expect(judgeCounts(theirs, ours, known).verdict).toBe(verdict);
  });

  it('are compared once a day, not all together', () => {
    const now = new Date('2026-05-04T08:00:00Z');
    expect(nextReconciliation(now, () => 0)).toEqual(new Date('2026-05-05T04:00:00Z'));
    expect(nextReconciliation(now, () => 1)).toEqual(new Date('2026-05-05T12:00:00Z'));
  });
});
