// Background work, handed round by pg-boss in MASTER (schema `pgboss`). A job is only a nudge: it carries
// ids, may run twice and may get lost, because what is still to do stands in TENANT and the sweep finds it.
import { PgBoss } from 'pg-boss';

import type { Log } from '#base/log.ts';

/** The jobs there are, and the ids each one carries. */
export type Jobs = {
  'sync-mailbox': { yacht_id: string; watcher_id: string };
  'match-threads': { yacht_id: string };
  'purge-mailbox': { yacht_id: string; watcher_id: string };
  sweep: Record<string, never>;
};
export type JobName = keyof Jobs;

/** Does one job. `signal` aborts when the worker is told to stop. */
export type Handlers = { [Name in JobName]: (data: Jobs[Name], signal: AbortSignal) => Promise<void> };

export interface Queue {
  /** Asks for a job; while the same one is waiting already, this does nothing. */
  send<Name extends JobName>(
    name: Name,
    data: Jobs[Name],
    options?: { afterSeconds?: number },
  ): Promise<void>;
  /** Starts working: `concurrency` mailboxes at once, and the sweep every minute and now. */
  work(handlers: Handlers, concurrency: number): Promise<void>;
  /** For tests: does every job that is due, and those they lead to, then returns. */
  drain(handlers: Handlers): Promise<void>;
  /** Lets jobs in hand come to an end for up to `graceMs`, then leaves. */
  stop(graceMs?: number): Promise<void>;
}

const NAMES: JobName[] = ['sweep', 'match-threads', 'purge-mailbox', 'sync-mailbox'];
const HEARTBEAT_SECONDS = 30;
const STOP_GRACE_MS = 8_000;

/** What makes two jobs the same: one waiting job for each mailbox, each yacht's matcher, the sweep. */
function keyOf(name: JobName, data: Jobs[JobName]): string {
  return [name, ...Object.values(data)].join(':');
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
    useListenNotify: role === 'worker',
    registerInstance: false,
    openTelemetry: { enabled: false },
  });
  boss.on('error', (err) => log.error({ err }, 'the queue is in trouble'));
  boss.on('warning', (warning) => log.debug({ warning: warning.message }, 'the queue warns'));
  await boss.start();
  for (const name of NAMES) await createQueueOnce(boss, name);
  const leaving = new AbortController();
  return {
    send: (name, data, options) => send(boss, name, { data, ...options }),
    work: (handlers, concurrency) => work(boss, handlers, { concurrency, log, leaving: leaving.signal }),
    drain: (handlers) => drain(boss, handlers, { log, leaving: leaving.signal }),
    stop: async (graceMs = STOP_GRACE_MS) => {
      // pg-boss tells a job only when its patience is over.
      leaving.abort();
      await boss.stop({ graceful: true, timeout: graceMs, close: true });
    },
  };
}

async function createQueueOnce(boss: PgBoss, name: JobName): Promise<void> {
  await boss.createQueue(name, {
    policy: 'short',
    notify: true,
    // The sweep asks again for whatever failed, by the clock of the mailbox it is about.
    retryLimit: 0,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    expireInSeconds: 4 * 3600,
    deleteAfterSeconds: 3600,
    retentionSeconds: 24 * 3600,
  });
}

type Sending<Name extends JobName> = { data: Jobs[Name]; afterSeconds?: number };

async function send<Name extends JobName>(boss: PgBoss, name: Name, job: Sending<Name>): Promise<void> {
  const singletonKey = keyOf(name, job.data);
  await boss.send(name, job.data, { singletonKey, startAfter: job.afterSeconds ?? 0 });
}

type Working = { concurrency: number; log: Log; leaving: AbortSignal };

async function work(boss: PgBoss, handlers: Handlers, { concurrency, log, leaving }: Working): Promise<void> {
  for (const name of NAMES) {
    const localConcurrency = name === 'sync-mailbox' ? concurrency : 1;
    await boss.work<object>(name, { localConcurrency, pollingIntervalSeconds: 2 }, async ([job]) => {
      if (job) await runLogged(handlers, { ...job, signal: AbortSignal.any([job.signal, leaving]) }, log);
    });
  }
  await boss.schedule('sweep', '* * * * *', {}, { singletonKey: keyOf('sweep', {}) });
  await send(boss, 'sweep', { data: {} });
}

type RunningJob = { name: string; data: object; signal: AbortSignal };

async function runLogged(handlers: Handlers, { name, data, signal }: RunningJob, log: Log): Promise<void> {
  const handler = handlers[name as JobName] as (data: object, signal: AbortSignal) => Promise<void>;
  try {
    await handler(data, signal);
  } catch (err) {
    log.error({ err, job: name, ...data }, 'a job failed; the sweep will ask for it again');
    throw err;
  }
}

async function drain(
  boss: PgBoss,
  handlers: Handlers,
  { log, leaving: signal }: Omit<Working, 'concurrency'>,
): Promise<void> {
  await handlers.sweep({}, signal);
  for (let busy = true; busy; ) {
    busy = false;
    for (const name of NAMES) {
      const jobs = await boss.fetch<object>(name, { batchSize: 100 });
      busy ||= jobs.length > 0;
      await Promise.all(
        jobs.map((job) => settle(boss, job, () => runLogged(handlers, { ...job, signal }, log))),
      );
    }
  }
}

/** A failure is the job's own affair here as in a worker: what is still to do stands in TENANT. */
async function settle(boss: PgBoss, { name, id }: { name: string; id: string }, run: () => Promise<void>) {
  try {
    await run();
    await boss.complete(name, id);
  } catch (error) {
    await boss.fail(name, id, error instanceof Error ? { message: error.message } : {});
  }
}
