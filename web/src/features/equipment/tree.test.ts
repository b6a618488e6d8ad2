import { expect, it } from 'vitest';

import type { Equipment } from '../../api/types.ts';
import { bySystem } from './tree.ts';

const item = (code: string, system: string | null, parent: string | null = null): Equipment => ({
  id: code,
  code,
  name: code,
  manufacturer: null,
  model: null,
  serial_number: null,
  location: null,
  system,
  parent_id: parent,
  criticality: null,
  work_order_count: 0,
  thread_count: 0,
});
const lines = (items: Equipment[]) =>
  bySystem(items).map(({ system, lines: all }) => [
    system,
    ...all.map(({ item: one, depth }) => `${'-'.repeat(depth)}${one.code}`),
  ]);

it('puts children under their parent and sorts codes as numbers', () => {
  expect(
    lines([
      item('ME-10', 'Propulsion'),
      item('ME-2', 'Propulsion'),
      item('ME-2.1', 'Propulsion', 'ME-2'),
      item('ME-2.1.1', 'Propulsion', 'ME-2.1'),
      item('AC-1', 'HVAC'),
    ]),
  ).toEqual([
    ['HVAC', 'AC-1'],
    ['Propulsion', 'ME-2', '-ME-2.1', '--ME-2.1.1', 'ME-10'],
  ]);
});

it('keeps an item whose parent a search has left out', () => {
  expect(lines([item('ME-2.1', 'Propulsion', 'ME-2'), item('X', null)])).toEqual([
    ['Other', 'X'],
    ['Propulsion', 'ME-2.1'],
  ]);
});
