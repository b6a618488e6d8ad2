import { expect, it } from 'vitest';

import { unbrokenParts } from './unbroken.tsx';

it.each([
  ['Request for quotation WO-1077: Chiller', ['Request for quotation ', 'WO-1077', ': Chiller']],
  ['[WO-1085] and wo-12', ['[', 'WO-1085', '] and ', 'wo-12', '']],
  ['HVC-510 is no work order', ['HVC-510 is no work order']],
  ['', ['']],
])('finds the numbers in %j', (text, parts) => expect(unbrokenParts(text)).toEqual(parts));
