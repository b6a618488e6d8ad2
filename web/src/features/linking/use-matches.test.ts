import { expect, it } from 'vitest';

import type { RecordTarget } from '../../api/links.ts';
import { plainlyMeant } from './use-matches.ts';

const order = (label: string): RecordTarget => ({
  target_type: 'work_order',
  target_id: label,
  label,
  title: label,
});

it('takes an early Enter for the number that was typed or the only match, and for nothing else', () => {
  const both = [order('WO-1093'), order('WO-10931')];
  expect(plainlyMeant(both, ' wo-1093 ')?.label).toBe('WO-1093');
  expect(plainlyMeant(both, 'fan')).toBeUndefined();
  expect(plainlyMeant([order('WO-1093')], 'fan')?.label).toBe('WO-1093');
  expect(plainlyMeant([], 'fan')).toBeUndefined();
});
