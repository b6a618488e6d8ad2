// Where processes are killed: a PostgreSQL of the story's own with everything on disk, a sandbox, a yacht, and
// mailboxes connected to it. The yacht's database is reached over a line that the story holds.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SignJWT } from 'jose';
import { Client } from 'pg';

import { systemClock } from '#base/clock.ts';
import { createLog, type Log } from '#base/log.ts';
import { loadConfig } from '#config/config.ts';
import { loadSecrets } from '#config/secrets.ts';
import { createKysely, openPool } from '#db/connect.ts';
import { startEmbeddedPostgres } from '#db/embedded.ts';
import { addUser } from '#directory/add-user.ts';
import { addYacht } from '#directory/directory.ts';
import { createOauthStates } from '#directory/oauth-states.ts';
import { createQueue } from '#jobs/queue.ts';
import { requestSync } from '#mailboxes/watchers.ts';
import { openFleet } from '#tenants/fleet.ts';
import type { TenantSchema } from '#tenants/schema.ts';
import { asWorker } from '#tenants/tenants.ts';

import { startSandbox } from '../../sandbox/server.ts';
import type { Answer } from '../support/aboard.ts';
import { connectAs, principalOf } from '../support/connect.ts';
import { expectEqualToMailbox } from '../support/oracle.ts';
import { wire } from '../support/wiring.ts';
import { openDatabaseLine } from './database-line.ts';
import { type Running, run } from './processes.ts';

export const YACHT = 'corvina';
const JWT_SECRET = 'a-secret-of-forty-characters-for-a-storm';

export type Ground = Awaited<ReturnType<typeof breakGround>>;

type Options = {
  latencyMs: number;
  concurrency: number;
  /** Where the yacht's database keeps its rows; else with everything else. */
  folder?: string;
  /** The databases are on a server that nobody but the story starts and stops. */
  apart?: boolean;
};

export async function breakGround({ latencyMs, concurrency, folder, apart }: Options) {
  const dataDir = mkdtempSync(join(tmpdir(), 'celeste-crash-'));
  chmodSync(dataDir, 0o755);
  const sandbox = await startSandbox({ world: 'empty', latencyMs });
  const log = createLog('silent');
  const server = apart ? await openServer(join(dataDir, 'apart'), log) : null;
  const settings = {
    ...server?.settings,
    DATA_DIR: dataDir,
    SANDBOX_PORT: new URL(sandbox.url).port,
    SYNC_CONCURRENCY: String(concurrency),
    AUTH_JWT_SECRET: JWT_SECRET,
  };
  const config = loadConfig(settings);
  const secrets = loadSecrets(settings, config);
  const fleet = await openFleet({ config, secrets, log });
  await fleet.migrate();
  await addYacht(fleet.master, {
    yachtId: YACHT,
    yachtName: 'M/Y Corvina',
    alias: 'CORVINA',
    sealedDatabaseUrl: null,
  });
  const failed = await fleet.migrate();
  if (failed.length > 0) throw failed[0]?.error;

  const direct = new URL(fleet.masterUrl);
  direct.pathname = '/tenant_corvina';
  if (folder !== undefined) await moveInto(direct, folder);
  const line = await openDatabaseLine({
    host: direct.searchParams.get('host') ?? direct.hostname,
    port: Number(direct.port),
  });
  const lined = new URL(direct);
  lined.searchParams.delete('host');
  lined.host = `127.0.0.1:${line.port}`;

  const { tenants, sealer, master, masterUrl } = fleet;
  const wired = wire({ sandbox, master, tenants, sealer, clock: systemClock });
  const states = createOauthStates({ master, sealer, clock: systemClock });
  const queue = await createQueue({ masterUrl, log, role: 'api' });
  const worker = new URL(direct);
  worker.searchParams.set('options', `-c role=celeste_worker -c celeste.yacht_id=${YACHT}`);
  const db = createKysely<TenantSchema>(openPool(worker.href, { max: 2, idleMs: 5_000 }));
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const running: Running[] = [];
  const watcherOf = (address: string) =>
    db.selectFrom('email_watchers').selectAll().where('mailbox', '=', address).executeTakeFirstOrThrow();

  /** What the API answers somebody. */
  const askAs = async (userId: string, path: string, json?: object): Promise<Answer> => {
    const answer = await fetch(`${url}${path}`, {
      method: json ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${await tokenOf(userId)}`, 'content-type': 'application/json' },
      ...(json && { body: JSON.stringify(json) }),
    });
    return { status: answer.status, body: await answer.json() };
  };

  return {
    ...{ server, sandbox, store: sandbox.store, fleet, db, line, dataDir, watcherOf },
    /** Where the API answers. */
    url,
    /** A connected mailbox, none of it read yet. */
    connect: async (address: string) => {
      sandbox.store.createMailbox({ address, displayName: address });
      const person = principalOf(address, YACHT);
      const { userId: id, role, displayName } = person;
      await addUser(master, { yachtId: YACHT, id, role, email: address, displayName });
      const { refusal } = await connectAs({ ...wired, states }, person, {
        purpose: 'read',
        account: address,
      });
      if (refusal) throw refusal;
    },
    run: (role: 'work' | 'api'): Running => {
      const tenant = server ? {} : { CORVINA_DATABASE_URL: lined.href };
      const child = run(role, { ...settings, ...tenant, PORT: port });
      running.push(child);
      return child;
    },
    /** "Sync now", as the page says it. */
    nudge: async (address: string) => {
      const { id } = await watcherOf(address);
      await tenants.transact(asWorker(YACHT), (tx) => requestSync(tx, id, new Date()));
      await queue.send('sync-mailbox', { yacht_id: YACHT, watcher_id: id });
    },
    ask: async (address: string, path: string, json?: object) =>
      askAs((await watcherOf(address)).user_id, path, json),
    askAs,
    /** The number of the running PostgreSQL server, or null while there is none. */
    serverPid: (): number | null => {
      const file = join(dataDir, 'postgres', 'postmaster.pid');
      return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) || null : null;
    },
    countOf: async (address: string) => {
      const { id } = await watcherOf(address);
      const { n } = await db
        .selectFrom('email_messages')
        .select(db.fn.countAll<string>().as('n'))
        .where('watcher_id', '=', id)
        .executeTakeFirstOrThrow();
      return Number(n);
    },
    expectEqual: async (address: string) =>
      expectEqualToMailbox(sandbox.store, address, { db, watcherId: (await watcherOf(address)).id }),
    close: async () => {
      await Promise.all(running.map((child) => child.kill()));
      await queue.stop(0);
      await wired.graph.close();
      await db.destroy();
      await line.close();
      await sandbox.close();
      await fleet.close();
      await server?.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A PostgreSQL server as a host has one: whoever uses it knows a URL and no more. */
async function openServer(folder: string, log: Log) {
  const start = () => startEmbeddedPostgres(folder, log);
  let server = await start();
  for (const name of ['master', 'tenant_corvina']) await server.ensureDatabase(name);
  return {
    settings: {
      MASTER_DATABASE_URL: server.url('master'),
      CORVINA_DATABASE_URL: server.url('tenant_corvina'),
    },
    stop: () => server.stop(),
    start: async () => {
      server = await start();
    },
  };
}

/** Moves the database's rows to another folder, as an operator does who has a disk for them. */
async function moveInto(database: URL, folder: string): Promise<void> {
  const server = new URL(database);
  server.username = 'postgres';
  server.pathname = '/postgres';
  const client = new Client({ connectionString: server.href });
  await client.connect();
  await client.query(`create tablespace small owner celeste location '${folder}'`);
  await client.query(`alter database ${database.pathname.slice(1)} set tablespace small`);
  await client.end();
}

const tokenOf = (userId: string) =>
  new SignJWT({ sub: userId })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(JWT_SECRET));

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Polls until `isSo`. @throws after `withinMs` */
export async function until(isSo: () => Promise<boolean>, withinMs: number, what: string): Promise<number> {
  const startedAt = Date.now();
  while (!(await isSo().catch(() => false))) {
    if (Date.now() - startedAt > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return Date.now() - startedAt;
}
