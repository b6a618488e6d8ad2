// What Microsoft's side of the line says about us: https://learn.microsoft.com/en-us/graph/throttling-limits
import { expect } from 'vitest';

import type { Sandbox } from '../../sandbox/server.ts';

/**
 * Fails unless each app had four requests at most in each mailbox at once, none before Retry-After had passed, and no
 * subscription renewed and reauthorized within ten minutes. `inFlight`: as many as there may have been, where some
 * were let go.
 */
export function expectGoodConduct({ conduct }: Pick<Sandbox, 'conduct'>, { inFlight = 4 } = {}): void {
  const bad = conduct
    .report()
    .filter(
      ({ highest_in_flight, early, combined }) => highest_in_flight > inFlight || early > 0 || combined > 0,
    );
  expect(bad, 'four at a time, and none before it may').toEqual([]);
}
