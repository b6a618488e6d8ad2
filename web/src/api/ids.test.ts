import { expect, it } from 'vitest';

import { idOf } from './ids.ts';

it('takes the ids that records have', () => {
  const id = '01a214b1-b691-7160-a28d-c2a35f7e6cff';
  expect(idOf(id)).toBe(id);
});

it.each(['xyz', '', '01a214b1', 'WO-1077', '01a214b1-b691-7160-a28d-c2a35f7e6cff/x'])(
  'finds nothing at %j',
  (text) => expect(() => idOf(text)).toThrow(expect.objectContaining({ status: 404, title: 'Not found' })),
);
