// What a round came to, counted while it runs.
import type { ReconciliationResult } from './plan-reconcile.ts';

export type Tally = ReturnType<typeof createTally>;

const THREADS_KEPT = 1_000;

/** Counts for one round; the first thousand threads that changed are kept. */
export function createTally() {
  const threads = new Set<string>();
  let requests = 0;
  let heardAt = performance.now();
  let changes = 0;
  let changedSince: Date | null = null;
  let reconciliation: ReconciliationResult | null = null;
  return {
    reconciled: (result: ReconciliationResult) => {
      reconciliation = result;
    },
    reconciliation: () => reconciliation,
    request: () => {
      requests += 1;
    },
    answer: () => {
      heardAt = performance.now();
    },
    /** How long Microsoft has said nothing. */
    silentMs: () => performance.now() - heardAt,
    changedSince: () => changedSince,
    page: ({ since = null, ...page }: { threadIds: string[]; changes: number; since?: Date | null }) => {
      changes += page.changes;
      if (page.changes > 0 && since && (changedSince === null || since > changedSince)) changedSince = since;
      for (const id of page.threadIds) if (threads.size < THREADS_KEPT) threads.add(id);
    },
    summary: (milliseconds: number) => ({ requests, changes, milliseconds }),
    threadIds: () => [...threads],
  };
}
