// The embedded PostgreSQL: a real server from npm in DATA_DIR, for a laptop and for tests. It listens on a
// private socket (127.0.0.1 on Windows) and outlives a crash of ours; whoever comes next takes it over.
//
// Every process that uses the server holds a shared advisory lock in it. The last to leave gets the exclusive
// lock and stops it; a process that was killed has lost its lock with its connection.
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import { Client, DatabaseError } from 'pg';

import { CelesteError } from '#base/errors.ts';
import type { Log } from '#base/log.ts';

import { ensureCluster, type ServerSettings, SUPERUSER, writeSettings } from './embedded-cluster.ts';
import { type Place, preparePlace, prepareSocketDir } from './embedded-place.ts';
import { evictOrphans, findPostmaster, type Postmaster, startServer, stopServer } from './embedded-server.ts';

export interface EmbeddedPostgres {
  /** True when this process started the server, false when it found one running. */
  readonly owned: boolean;
  /** The URL of a database, for an account that owns it and is no superuser. */
  url(database: string): string;
  /** Creates the database unless it is there. */
  ensureDatabase(name: string): Promise<void>;
  /** Leaves the server, and stops it when nobody else is using it. */
  stop(): Promise<void>;
}

const IN_USE_LOCK = 7_236_302;
const START_DEADLINE_MS = 330_000;
/** What Celeste connects as: like Supabase's `postgres`, it may create roles and databases and bypasses nothing. */
const APP_ACCOUNT = 'celeste';

type Entry = { guard: Client; postmaster: Postmaster; started: boolean };
type Cluster = { place: Place; password: string; settings: ServerSettings; port: number; log: Log };

/**
 * Starts the database of `dataDir`, or joins the one that is running there. Should the server die, it is
 * started again. Throws a CelesteError that says in one line what is wrong with the disk or the folder.
 */
export async function startEmbeddedPostgres(
  dataDir: string,
  log: Log,
  options: { settings?: ServerSettings } = {},
): Promise<EmbeddedPostgres> {
  const place = preparePlace(dataDir, log);
  const cluster = {
    place,
    password: ensureCluster(place),
    settings: options.settings ?? {},
    port: await choosePort(place),
    log,
  };
  const first = await enter(cluster);
  let entry = first;
  let stopping = false;

  const watch = (current: Entry) => {
    current.guard.on('error', (err) => {
      if (!stopping) log.warn({ reason: err.message }, 'the connection to the embedded PostgreSQL broke');
    });
    current.guard.once('end', () => {
      if (!stopping) void revive();
    });
  };
  const revive = async () => {
    log.error('the embedded PostgreSQL went away; starting it again');
    while (!stopping) {
      try {
        entry = await enter(cluster);
        return watch(entry);
      } catch (err) {
        log.error({ err }, 'the embedded PostgreSQL does not start; trying again in 5 s');
        await wait(5_000, undefined, { ref: false });
      }
    }
  };
  watch(entry);

  return {
    owned: first.started,
    url: (database) => urlOf(cluster, entry.postmaster, APP_ACCOUNT, database),
    ensureDatabase: (name) => ensureDatabase(urlOf(cluster, entry.postmaster, APP_ACCOUNT, 'postgres'), name),
    stop: async () => {
      if (stopping) return;
      stopping = true;
      await leave(cluster, entry.guard);
    },
  };
}

async function enter(cluster: Cluster): Promise<Entry> {
  const deadline = Date.now() + START_DEADLINE_MS;
  let refusedSince: number | null = null;
  for (let started = false; Date.now() < deadline; await wait(100)) {
    const postmaster = findPostmaster(cluster.place);
    if (postmaster !== null) {
      if (!postmaster.ready) continue;
      const guard = await join(cluster, postmaster);
      if (guard !== null) return { guard, postmaster, started };
      continue;
    }
    const socketDir = prepareSocketDir(cluster.place);
    writeSettings(cluster.place, { socketDir, port: cluster.port, extra: cluster.settings });
    const result = await startServer(cluster.place);
    started = result === 'started';
    if (result === 'memory_in_use') {
      refusedSince ??= Date.now();
      if (Date.now() - refusedSince > 3_000) evictOrphans(cluster.place, 'SIGQUIT');
      if (Date.now() - refusedSince > 10_000) evictOrphans(cluster.place, 'SIGKILL');
    }
  }
  throw new CelesteError(
    'embedded_start_failed',
    'The embedded PostgreSQL did not answer within five minutes.',
    {
      advice: `Read the end of server.log in ${cluster.place.cluster}.`,
    },
  );
}

// Null: the server is starting or stopping; look again.
async function join(cluster: Cluster, postmaster: Postmaster): Promise<Client | null> {
  const guard = new Client({
    connectionString: urlOf(cluster, postmaster, SUPERUSER, 'postgres'),
    application_name: 'celeste-mail guard',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // Until it is watched: a server killed between two answers must not end this process. The connection's end tells.
  guard.on('error', () => undefined);
  try {
    await guard.connect();
    const { rows } = await guard.query(
      `select current_setting('data_directory') as folder, pg_try_advisory_lock_shared($1) as ours`,
      [IN_USE_LOCK],
    );
    if (rows[0]?.folder !== cluster.place.cluster) throw notOurs(cluster);
    if (rows[0]?.ours !== true) {
      await guard.end();
      return null;
    }
    await ensureAccount(guard, cluster.password);
    return guard;
  } catch (error) {
    await guard.end().catch(() => undefined);
    if (error instanceof CelesteError) throw error;
    if (error instanceof DatabaseError && error.code === '28P01') throw notOurs(cluster, error);
    return null;
  }
}

function notOurs(cluster: Cluster, cause?: unknown): CelesteError {
  return new CelesteError(
    'embedded_not_ours',
    `A PostgreSQL server runs in ${cluster.place.cluster} that does not know our password.`,
    { cause, advice: `Stop it, or put back ${cluster.place.dataDir}/postgres-password.` },
  );
}

async function ensureAccount(guard: Client, password: string): Promise<void> {
  const { rowCount } = await guard.query('select 1 from pg_roles where rolname = $1', [APP_ACCOUNT]);
  if (rowCount !== 0) return;
  try {
    await guard.query(
      `create role ${APP_ACCOUNT} login createdb createrole password ${guard.escapeLiteral(password)}`,
    );
  } catch (error) {
    if (!(error instanceof DatabaseError && ['42710', '23505'].includes(error.code ?? ''))) throw error;
  }
}

async function ensureDatabase(serverUrl: string, name: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount === 0)
      await client.query(`create database ${client.escapeIdentifier(name)} template template0`);
  } catch (error) {
    // Another process made it in the same moment.
    if (!(error instanceof DatabaseError && ['42P04', '23505'].includes(error.code ?? ''))) throw error;
  } finally {
    await client.end();
  }
}

async function leave(cluster: Cluster, guard: Client): Promise<void> {
  let isLast = false;
  try {
    await guard.query('select pg_advisory_unlock_shared($1)', [IN_USE_LOCK]);
    const { rows } = await guard.query('select pg_try_advisory_lock($1) as last', [IN_USE_LOCK]);
    isLast = rows[0]?.last === true;
    if (isLast) await stopServer(cluster.place);
    if (isLast && cluster.place.socketDir !== null)
      await rm(cluster.place.socketDir, { recursive: true, force: true });
  } catch (err) {
    if (isLast) throw err;
    cluster.log.debug({ err }, 'embedded PostgreSQL: already gone');
  }
  await guard.end().catch(() => undefined);
}

function urlOf(cluster: Cluster, { host, port }: Postmaster, account: string, database: string): string {
  const url = new URL(`postgres://${account}:${cluster.password}@localhost:${port}/`);
  url.pathname = `/${encodeURIComponent(database)}`;
  if (cluster.place.socketDir === null) url.hostname = host;
  else url.searchParams.set('host', host);
  return url.href;
}

// A socket's port is only a part of its name. On Windows the port must stay the same over a revival.
async function choosePort(place: Place): Promise<number> {
  if (place.socketDir !== null) return 5432;
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
