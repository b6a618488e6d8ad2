// The figures of the sync for Prometheus. Labels are few and fixed: never a mailbox, a yacht or an id.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

import type { Clock } from '#base/clock.ts';
import type { FleetStanding } from '#directory/yacht-standings.ts';
import type { GraphAnswerKind } from '#microsoft/measured.ts';
import type { SyncResult } from '#sync/sync.ts';
import type { GapKind } from '#tenants/schema.ts';

export interface SyncMetrics {
  /** Counts a round, what it changed, and what it met and mended. */
  round(result: SyncResult): void;
  /** Counts gaps that no round met: outages, and what Microsoft told. */
  gapsOpened(kinds: GapKind[]): void;
  graphAnswer(kind: GraphAnswerKind): void;
  /** Shows how the fleet stands, asked for at each reading; null: it is not known at the moment. */
  watchFleet(read: () => Promise<FleetStanding | null>): void;
}

export function createSyncMetrics(registry: Registry, clock: Clock): SyncMetrics {
  const rounds = createRoundMetrics(registry);
  const answers = new Counter({
    name: 'celeste_graph_requests_total',
    help: 'Requests to Microsoft Graph, and failed items of batches, by how they were answered',
    labelNames: ['answer'],
    registers: [registry],
  });
  return {
    round: rounds.count,
    gapsOpened: (kinds) => {
      for (const kind of kinds) rounds.gapsOpened.inc({ kind });
    },
    graphAnswer: (answer) => answers.inc({ answer }),
    watchFleet: (read) => watchFleet(registry, clock, askedOnce(read)),
  };
}

/** Whoever asks while an answer is on its way gets that one: the figures of one reading are of one moment. */
function askedOnce<T>(ask: () => Promise<T>): () => Promise<T> {
  let asking: Promise<T> | null = null;
  return () => {
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
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

/** The same figures from every process, since MASTER has them: take the maximum, not the sum. */
function watchFleet(registry: Registry, clock: Clock, read: () => Promise<FleetStanding | null>): void {
  const registers = [registry];
  new Gauge({
    name: 'celeste_watchers',
    help: 'Mailboxes of the whole fleet by state; every process shows the same figure',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset();
      for (const [state, number] of Object.entries((await read())?.states ?? {})) this.set({ state }, number);
    },
  });
  const single = (name: string, help: string, value: (fleet: FleetStanding) => number | null) =>
    new Gauge({
      name,
      help: `${help}; every process shows the same figure`,
      registers,
      async collect() {
        const fleet = await read();
        const figure = fleet && value(fleet);
        if (figure === null) this.remove();
        else this.set(figure);
      },
    });
  single(
    'celeste_oldest_complete_age_seconds',
    'Age of what the mailbox of the fleet that is furthest behind is complete up to; none while none is complete',
    ({ oldestCompleteUpTo: at }) => at && (clock.now().getTime() - at.getTime()) / 1000,
  );
  single(
    'celeste_yachts_unreachable',
    'Yachts whose database did not answer when a worker last looked',
    ({ unreachable }) => unreachable,
  );
}
