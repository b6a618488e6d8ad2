// Background work, handed round by pg-boss in MASTER (schema `pgboss`). A job is only a nudge: it carries
// ids, may run twice and may get lost, because what is still to do stands in TENANT and the sweep finds it.
import { setTimeout as wait } from 'node:timers/promises';

import { PgBoss } from 'pg-boss';

import { gather } from '#base/gather.ts';
import type { Log } from '#base/log.ts';

import type { Turn } from './slots.ts';
import { drain, type Working, work } from './work.ts';

/** The jobs there are, and the ids each one carries. */
export type Jobs = {
  'sync-mailbox': { yacht_id: string; watcher_id: string };
  'catch-up-mailbox': { yacht_id: string; watcher_id: string };
  'match-threads': { yacht_id: string };
  'keep-subscription': { yacht_id: string; watcher_id: string };
  'take-nudges': Record<string, never>;
  'purge-mailbox': { yacht_id: string; watcher_id: string };
  /** `whole`: every yacht, due or not. */
  sweep: { whole: boolean };
};
export type JobName = keyof Jobs;

/** Does one job. `signal` aborts when the worker is told to stop, or when the job took long and is to give way. */
export type Handler<Data> = (data: Data, signal: AbortSignal, turn: Turn) => Promise<void>;
export type Handlers = { [Name in JobName]: Handler<Jobs[Name]> };

export interface Queue {
  /** Asks for a job; while the same one is waiting already, this does nothing. */
  send<Name extends JobName>(name: Name, data: Jobs[Name]): Promise<void>;
  /** The same for many of a kind in one go. */
  sendAll<Name extends JobName>(name: Name, data: Jobs[Name][]): Promise<void>;
  /** Starts working: about `concurrency` mailboxes at once, and the sweep every minute and now. */
  work(handlers: Handlers, concurrency: number): Promise<void>;
  /** For tests: does every job that is due, and those they lead to, then returns. */
  drain(handlers: Handlers): Promise<void>;
  /** Lets jobs in hand come to an end for up to `graceMs`, then leaves. */
  stop(graceMs?: number): Promise<void>;
}

const NAMES: JobName[] = [
  'sweep',
  'match-threads',
  'take-nudges',
  'keep-subscription',
  'purge-mailbox',
  'sync-mailbox',
  'catch-up-mailbox',
];
const HEARTBEAT_SECONDS = 30;
const STOP_GRACE_MS = 8_000;
/** Where a new job is announced, so that nobody waits for the next look; the payload is its name. */
export const JOBS_CHANNEL = 'celeste_jobs';

/** What makes two jobs the same: one waiting job for each mailbox, each yacht's matcher, the sweep. */
function keyOf(name: JobName, data: Jobs[JobName]): string {
  return name === 'sweep' ? name : [name, ...Object.values(data)].join(':');
}

export type QueueOptions = {
  masterUrl: string;
  log: Log;
  /** A worker also keeps the schedule and the upkeep of the queue's tables; an API process only sends. */
  role: 'api' | 'worker';
};

/** Connects to the queue, making its tables when they are missing. */
export async function createQueue({ masterUrl, log, role }: QueueOptions): Promise<Queue> {
  const boss = new PgBoss({
    connectionString: masterUrl,
    application_name: `celeste-mail queue (${role})`,
    schema: 'pgboss',
    max: role === 'worker' ? 4 : 2,
    supervise: role === 'worker',
    schedule: role === 'worker',
    registerInstance: false,
    openTelemetry: { enabled: false },
  });
  boss.on('error', (err) => log.error({ err }, 'the queue is in trouble'));
  boss.on('warning', (warning) => log.debug({ warning: warning.message }, 'the queue warns'));
  await boss.start();
  for (const name of NAMES) await createQueueOnce(boss, name);
  const leaving = new AbortController();
  const insert = insertersOf(boss);
  let working: Working | null = null;
  return {
    send: (name, data) => send(boss, name, data),
    sendAll: async (name, data) => {
      if (data.length > 0) await insert[name](data);
    },
    work: async (handlers, concurrency) => {
      working = await work(boss, masterUrl, { handlers, concurrency, log, leaving: leaving.signal });
      await boss.schedule('sweep', '* * * * *', { whole: false }, { singletonKey: 'sweep' });
      await send(boss, 'sweep', { whole: false });
    },
    drain: (handlers) => drain(boss, NAMES, { handlers, log, leaving: leaving.signal }),
    stop: async (graceMs = STOP_GRACE_MS) => {
      leaving.abort();
      await Promise.race([working?.stop(), wait(graceMs, undefined, { ref: false })]);
      await boss.stop({ graceful: true, timeout: 1_000, close: true });
    },
  };
}

async function createQueueOnce(boss: PgBoss, name: JobName): Promise<void> {
  await boss.createQueue(name, {
    policy: 'short',
    // The sweep asks again for whatever failed, by the clock of the mailbox it is about.
    retryLimit: 0,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    expireInSeconds: 4 * 3600,
    deleteAfterSeconds: 3600,
    retentionSeconds: 24 * 3600,
  });
}

/** A sweep asks for the jobs of many yachts at once: a few transactions for all of them, not two for each. */
function insertersOf(boss: PgBoss): Record<JobName, (data: Jobs[JobName][]) => Promise<void>> {
  const inserter = (name: JobName) =>
    gather<Jobs[JobName]>(async (data) => {
      const jobs = data.map((each) => ({ data: each, ...markOf(name, each) }));
      await boss.insert(name, jobs);
      await ring(boss, name);
    });
  return Object.fromEntries(NAMES.map((name) => [name, inserter(name)])) as ReturnType<typeof insertersOf>;
}

async function send<Name extends JobName>(boss: PgBoss, name: Name, data: Jobs[Name]): Promise<void> {
  if (await boss.send(name, data, markOf(name, data))) await ring(boss, name);
}

/** By what the queue tells jobs apart, and whose slots they take. */
function markOf(name: JobName, data: Jobs[JobName]) {
  const singletonKey = keyOf(name, data);
  return 'yacht_id' in data ? { singletonKey, group: { id: data.yacht_id } } : { singletonKey };
}

async function ring(boss: PgBoss, name: JobName): Promise<void> {
  await boss.getDb().executeSql('select pg_notify($1, $2)', [JOBS_CHANNEL, name]);
}
