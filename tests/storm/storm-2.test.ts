// Random storms over a mailbox, then quiet, then equality. Two files, so that both cores are at it.
import { it } from 'vitest';

import { blow, LANES, sequencesEach, TIMEOUT_MS } from './storm.ts';

it.concurrent.each(LANES)('after any storm our copy is the mailbox (2%s)', { timeout: TIMEOUT_MS }, (lane) =>
  blow({ sequences: sequencesEach, name: `2${lane}` }),
);
