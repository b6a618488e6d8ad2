import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findWorkOrderNumbers, WORK_ORDER_HINT } from './signals.ts';

const numbersIn = (text: string) => findWorkOrderNumbers(text, 'body').map((found) => found.number);

describe('a work-order number', () => {
  it.each([
    // As the maintenance system writes it, wherever it stands.
    ['WO-1042', ['WO-1042']],
    ['Re: WO-1042: quotation', ['WO-1042']],
    ['(WO-1042)', ['WO-1042']],
    ['see WO-1042.', ['WO-1042']],
    ['WO-1042, WO-1043 and WO-1042 again', ['WO-1042', 'WO-1043']],
    ['WO-1042/WO-1043', ['WO-1042', 'WO-1043']],
    ['Offer_WO-1042_rev2.pdf', ['WO-1042']],
    ['scan WO-1042.pdf', ['WO-1042']],
    ['"WO-1042"', ['WO-1042']],
    ['наряд WO-1042 закрыт', ['WO-1042']],
    ['作業指示WO-1042について', ['WO-1042']],
    ['作業指示 WO-1042 について', ['WO-1042']],
    // As people write it.
    ['wo-1042', ['WO-1042']],
    ['WO–1042 (en dash)', ['WO-1042']],
    ['WO\u20111042 (no-break hyphen)', ['WO-1042']],
    ['WO#1042', ['WO-1042']],
    ['WO: 1042', ['WO-1042']],
    ['WO 1042', ['WO-1042']],
    ['WO\u00a01042', ['WO-1042']],
    ['WO1042', ['WO-1042']],
    ['W.O. 1042', ['WO-1042']],
    ['W.O.1042', ['WO-1042']],
    ['W/O 1042', ['WO-1042']],
    ['WO no. 1042', ['WO-1042']],
    ['WO No 1042', ['WO-1042']],
    ['WO № 1042', ['WO-1042']],
    ['ＷＯ－１０４２', ['WO-1042']],
    ['W\u00adO-10\u200b42', ['WO-1042']],
    ['work order 1042', ['WO-1042']],
    ['Work Order no. 1042', ['WO-1042']],
    ['work-order #1042', ['WO-1042']],
    ['Workorder 1042', ['WO-1042']],
  ])('%j names %j', (text, numbers) => {
    expect(numbersIn(text)).toEqual(numbers);
  });

  it.each([
    'TWO-12',
    'two 12',
    'VWO-1042',
    'ЖWO-1042',
    '1WO-1042',
    'WO-',
    'WO-12A',
    'WO-12б',
    'WO-12-3',
    'WO-12.5',
    'WO-12/2',
    'WO-12,5',
    'WO-12-A',
    'wo-12@vendor.example',
    'wo 12 Personen schlafen',
    'Wo 12 Personen schlafen',
    'PO-1042',
    'work 1042',
    'in order 1042',
    'network order 1042',
    'WO-1234567890',
    '1042',
  ])('is not in %j', (text) => {
    expect(numbersIn(text)).toEqual([]);
  });

  it('is taken as it is written: zeros in front make another number', () => {
    expect(numbersIn('WO-0042')).toEqual(['WO-0042']);
  });

  it('never matches a part of a longer number or word', () => {
    const letter = fc.constantFrom(...'abzABZéßжΩאع0123456789');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99999 }), letter, (number, next) => {
        expect(numbersIn(`WO-${number}${next}`)).not.toContain(`WO-${number}`);
        expect(numbersIn(`${next}WO-${number}`)).toEqual([]);
      }),
    );
  });

  it('is found between any other words, and the hint for the database finds the text too', () => {
    const words = fc.array(fc.constantFrom('pump', 'Ünïcode', '水', '—', '\n', '> quoted', '42', 'two'), {
      maxLength: 12,
    });
    const hint = new RegExp(WORK_ORDER_HINT, 'i');
    fc.assert(
      fc.property(words, words, fc.integer({ min: 1, max: 99999 }), (before, after, number) => {
        const text = [...before, `WO-${number}`, ...after].join(' ');
        expect(numbersIn(text)).toContain(`WO-${number}`);
        expect(text).toMatch(hint);
      }),
    );
  });
});

it('is looked for in no time, also in a page made to take long', () => {
  const started = performance.now();
  for (const trap of ['work order', 'WO no', 'W.O.', 'wo-', 'WO ']) {
    numbersIn(trap.repeat(10_000));
    numbersIn(trap + ' '.repeat(100_000));
  }
  expect(performance.now() - started).toBeLessThan(5_000);
});

describe('the evidence', () => {
  it('is the words around it, on one line, cut between words', () => {
    const text = `${'lorem ipsum '.repeat(20)}\n\nplease quote   for WO-1042,\nas discussed ${'dolor sit '.repeat(20)}`;
    const [found] = findWorkOrderNumbers(text, 'body');
    expect(found?.text).toMatch(/^…[a-z].* please quote for WO-1042, as discussed .*…$/);
    expect(found?.text.length).toBeLessThan(150);
  });

  it('is the whole of a short subject', () => {
    expect(findWorkOrderNumbers('Re: WO-1042 seal kit', 'subject')).toEqual([
      { number: 'WO-1042', where: 'subject', text: 'Re: WO-1042 seal kit' },
    ]);
  });
});
