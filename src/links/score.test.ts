import { expect, it } from 'vitest';

import { LINK_BY_ITSELF, scoreWorkOrderNumber } from './score.ts';

it('links a mail that names one work order, and trusts its subject most', () => {
  const subject = scoreWorkOrderNumber('subject', 1);
  const body = scoreWorkOrderNumber('body', 1);
  expect(subject).toBeGreaterThan(body);
  expect(body).toBeGreaterThanOrEqual(LINK_BY_ITSELF);
});

it('asks first about a mail that lists many: it is about none of them in particular', () => {
  expect(scoreWorkOrderNumber('body', 5)).toBeGreaterThanOrEqual(LINK_BY_ITSELF);
  expect(scoreWorkOrderNumber('body', 6)).toBeLessThan(LINK_BY_ITSELF);
  expect(scoreWorkOrderNumber('subject', 30)).toBeLessThan(LINK_BY_ITSELF);
});
