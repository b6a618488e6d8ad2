// How long after its delivery in the sandbox a mail is a row in our database: with push, and with polling. The
// sandbox notifies 50 to 400 ms after a change, as its ordinary day has it, and the service is whole: receiver,
// queue, worker, PostgreSQL with durable settings, all on this machine. And how soon the receiver answers a burst.
import { setTimeout as pause } from 'node:timers/promises';

import { asWorker } from '#tenants/tenants.ts';

import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { withDataDir } from './data-dir.ts';
import { type Burst, burst } from './latency-burst.ts';
import { type LatencyService, startService, YACHT } from './latency-service.ts';

const CREW = ['captain@corvina.test', 'chief.engineer@corvina.test', 'eto@corvina.test'];
const MESSAGES = 300;
const PUSHED = 120;
const BURST = 500;
const POLLED = 60;
/** Scaled: the product's default is 15. A poll's latency grows with it in proportion. */
const POLL_MINUTES = 1;
const PUSH_SPREAD_MS = 60_000;
const POLL_SPREAD_MS = 120_000;
const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 5 * 60_000;

export function latency(): Promise<void> {
  return withDataDir(async (dataDir) => {
    const sandbox = await startSandbox({ port: 0, world: 'empty' });
    for (const address of CREW) {
      sandbox.store.createMailbox({ address, displayName: address });
      sandbox.store.bulk(address, { count: MESSAGES, seed: 1, folder: 'inbox' });
    }
    const place = { dataDir, sandbox };
    try {
      const pushed = await withService(place, { push: true, count: PUSHED, spreadMs: PUSH_SPREAD_MS });
      const polled = await withService(place, { push: false, count: POLLED, spreadMs: POLL_SPREAD_MS });
      console.log(
        `latency: from delivery to the row, ${CREW.length} mailboxes, one machine, one process of ours`,
      );
      const { took, refused } = pushed.answers;
      report(`the receiver's answers to ${BURST} notifications, ${refused} refused (under 1 s)`, took);
      report(`push, ${PUSHED} mails at random over ${PUSH_SPREAD_MS / 1000} s (p95 under 5 s)`, pushed.rows);
      report(`polling every ${POLL_MINUTES} min (15 is the default), ${POLLED} mails`, polled.rows);
    } finally {
      await sandbox.close();
    }
  });
}

type Place = { dataDir: string; sandbox: Sandbox };
type Phase = { push: boolean; count: number; spreadMs: number };

/** How long rows took, in milliseconds, sorted; and the receiver's answers, none without push. */
type Took = { rows: number[]; answers: Burst };

async function withService({ dataDir, sandbox }: Place, phase: Phase): Promise<Took> {
  const service = await startService(dataDir, sandbox.url, phase.push);
  try {
    if (phase.push) for (const address of CREW) await service.connect(address);
    else await pollFaster(service);
    await until(() => isReady(service, phase.push));
    const rows = await measure(service, sandbox, phase);
    return { rows, answers: await burst(sandbox, phase.push ? BURST : 0) };
  } finally {
    await service.stop();
  }
}

async function pollFaster({ fleet }: LatencyService): Promise<void> {
  await fleet.tenants.transact(asWorker(YACHT), (tx) =>
    tx
      .updateTable('email_watchers')
      .set({ sync_interval_minutes: POLL_MINUTES, next_sync_at: new Date() })
      .execute(),
  );
}

/** Everything is read, nothing is followed up any more, and push is as the phase wants it. */
async function isReady({ fleet }: LatencyService, push: boolean): Promise<boolean> {
  const rows = await fleet.tenants.read(asWorker(YACHT), (db) =>
    db.selectFrom('email_watchers').selectAll().execute(),
  );
  const state = push ? 'active' : 'none';
  return rows.every(
    (row) =>
      row.subscription_state === state &&
      row.lease_until === null &&
      row.nudged_at === null &&
      row.first_synced_at !== null &&
      (row.next_sync_at?.getTime() ?? 0) > Date.now(),
  );
}

/** Delivers at random moments; how long each took, in milliseconds, sorted. */
async function measure(
  service: LatencyService,
  sandbox: Sandbox,
  { count, spreadMs }: Phase,
): Promise<number[]> {
  const delivered = new Map<string, number>();
  const took: number[] = [];
  const delivering = Promise.all(
    Array.from({ length: count }, async (_, n) => {
      await pause(Math.random() * spreadMs);
      const { id } = sandbox.store.deliver(CREW[n % CREW.length] ?? '', 'inbox', {
        receivedAt: new Date(),
        subject: `Delivered ${n}`,
        from: { name: 'Parts desk', address: 'parts@bergholt.example' },
        body: { contentType: 'text', content: 'Please see below.' },
      });
      delivered.set(id, performance.now());
    }),
  );
  await until(async () => {
    for (const id of await held(service, [...delivered.keys()])) {
      took.push(performance.now() - (delivered.get(id) ?? 0));
      delivered.delete(id);
    }
    return took.length === count;
  });
  await delivering;
  return took.sort((a, b) => a - b);
}

async function held({ fleet }: LatencyService, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await fleet.tenants.read(asWorker(YACHT), (db) =>
    db.selectFrom('email_messages').select('message_id').where('message_id', 'in', ids).execute(),
  );
  return rows.map((row) => row.message_id);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('latency: waited in vain');
    await pause(LOOK_EVERY_MS);
  }
}

function report(label: string, took: number[]): void {
  const at = (share: number) => `${((took[Math.ceil(took.length * share) - 1] ?? 0) / 1000).toFixed(2)} s`;
  const figures = `p50 ${at(0.5)}  p95 ${at(0.95)}  p99 ${at(0.99)}`;
  console.log(`  ${label.padEnd(62)} ${figures}`);
}
