// The figures of the sync for Prometheus. Labels are few and fixed: never a mailbox, a yacht or an id.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

import type { Clock } from '#base/clock.ts';
import type { Standing } from '#mailboxes/oversight.ts';
import type { GraphAnswerKind } from '#microsoft/measured.ts';
import type { SyncResult } from '#sync/sync.ts';

export interface SyncMetrics {
  /** Counts a round, what it changed, and what it met and mended. */
  round(result: SyncResult): void;
  /** Keeps how a yacht's mailboxes stand, and counts the outages just noted. */
  standing(yachtId: string, standing: Standing, outages: number): void;
  graphAnswer(kind: GraphAnswerKind): void;
}

// The sweep passes each yacht every two minutes at the latest, in one process or another: what this one saw longer ago is not its
// to say any more.
const STANDING_KEPT_MS = 150_000;

export function createSyncMetrics(registry: Registry, clock: Clock): SyncMetrics {
  const rounds = createRoundMetrics(registry);
  const answers = new Counter({
    name: 'celeste_graph_requests_total',
    help: 'Requests to Microsoft Graph, and failed items of batches, by how they were answered',
    labelNames: ['answer'],
    registers: [registry],
  });
  const yachts = new Map<string, { standing: Standing; at: number }>();
  createStandingMetrics(
    registry,
    () => {
      const from = clock.now().getTime() - STANDING_KEPT_MS;
      for (const [yachtId, { at }] of yachts) if (at < from) yachts.delete(yachtId);
      return [...yachts.values()].map(({ standing }) => standing);
    },
    clock,
  );
  return {
    round: rounds.count,
    standing(yachtId, standing, outages) {
      yachts.set(yachtId, { standing, at: clock.now().getTime() });
      if (outages > 0) rounds.gapsOpened.inc({ kind: 'outage' }, outages);
    },
    graphAnswer: (answer) => answers.inc({ answer }),
  };
}

function createRoundMetrics(registry: Registry) {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `celeste_${name}_total`, help, labelNames, registers });
  const rounds = counter('sync_rounds', 'Rounds of mailbox sync by how they ended and why they began', [
    'outcome',
    'trigger',
  ]);
  const changes = counter('sync_messages_changed', 'Messages added, changed or removed by rounds');
  const takeovers = counter('lease_takeovers', 'Mailboxes taken over from a worker that fell silent');
  const reconciliations = counter(
    'reconciliations',
    'Times the counts of a mailbox were compared with those of Microsoft',
    ['result'],
  );
  const gapsOpened = counter('gaps_opened', 'Times there was reason to think that mail was missed', ['kind']);
  const gapsRepaired = counter('gaps_repaired', 'Gaps that were filled', ['kind']);
  const seconds = new Histogram({
    name: 'celeste_sync_round_duration_seconds',
    help: 'How long a round of mailbox sync took',
    buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 1800],
    registers,
  });
  const count = ({ outcome, ledger, ...result }: SyncResult) => {
    if (ledger === null) return;
    rounds.inc({ outcome, trigger: ledger.trigger });
    seconds.observe(result.milliseconds / 1000);
    changes.inc(result.changes);
    if (result.tookOver) takeovers.inc();
    if (result.reconciliation) reconciliations.inc({ result: result.reconciliation });
    for (const kind of ledger.opened) gapsOpened.inc({ kind });
    for (const kind of ledger.repaired) gapsRepaired.inc({ kind });
  };
  return { count, gapsOpened };
}

/** Read from what the sweep saw; nothing is asked of a database when the figures are read. */
function createStandingMetrics(registry: Registry, standings: () => Standing[], clock: Clock): void {
  new Gauge({
    name: 'celeste_watchers',
    help: 'Mailboxes by state, on the yachts this process swept in the last minutes',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { states } of standings()) {
        for (const [state, number] of Object.entries(states)) this.inc({ state }, number);
      }
    },
  });
  new Gauge({
    name: 'celeste_oldest_complete_age_seconds',
    help: 'Age of what the mailbox that is furthest behind is complete up to, on the yachts this process swept',
    registers: [registry],
    collect() {
      const oldest = standings().flatMap(({ oldestCompleteUpTo }) => oldestCompleteUpTo?.getTime() ?? []);
      this.set(oldest.length === 0 ? 0 : (clock.now().getTime() - Math.min(...oldest)) / 1000);
    },
  });
}
