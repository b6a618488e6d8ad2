// The embedded PostgreSQL under kill -9, in every combination, with real processes and a real disk.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { Client } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';

import { createLog } from '#base/log.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#db/embedded.ts';
import { packagedNative, removeDrafts } from '#db/embedded-programs.ts';

const program = fileURLToPath(new URL('./support/embedded-service.ts', import.meta.url));
const node = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
const quiet = createLog('silent');
const isRoot = process.getuid?.() === 0;
/** What a DATA_DIR holds: the programs too, where only root may enter the checkout, which PostgreSQL does not run as. */
const WHOLE = ['postgres', ...(mayNobodyRun() ? [] : [programsCopy()]), 'postgres-password'].sort();

function mayNobodyRun(): boolean {
  if (!isRoot) return true;
  const postgres = join(packagedNative().native, 'bin', 'postgres');
  return (
    spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', postgres], { uid: 65534, gid: 65534, cwd: '/' })
      .status === 0
  );
}

function programsCopy(): string {
  return `postgres-${packagedNative().version}`;
}

type Service = {
  process: ChildProcess;
  lines: Record<string, unknown>[];
  next(): Promise<Record<string, unknown>>;
};

const folders: string[] = [];
const services: ChildProcess[] = [];
const servers: EmbeddedPostgres[] = [];

afterEach(async () => {
  for (const child of services.splice(0)) await kill(child);
  for (const server of servers.splice(0)) await server.stop();
  for (const folder of folders.splice(0)) {
    killServer(folder);
    // What is left of a killed server may still be leaving.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'celeste-embedded-'));
  chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
}

async function open(folder: string): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres(folder, quiet);
  servers.push(server);
  return server;
}

async function startService(folder: string, mode: 'idle' | 'write'): Promise<Service> {
  const child = spawn(node, [program, folder, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  services.push(child);
  const lines: Record<string, unknown>[] = [];
  const waiting: ((line: Record<string, unknown>) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line));
    waiting.shift()?.(JSON.parse(line));
  });
  const next = () => new Promise<Record<string, unknown>>((resolve) => waiting.push(resolve));
  const service = { process: child, lines, next };
  await service.next();
  return service;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

function serverPid(folder: string): number | null {
  const file = join(folder, 'postgres', 'postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : null;
}

function killServer(folder: string): void {
  const pid = serverPid(folder);
  if (pid === null || pid === process.pid) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function query<Row>(server: EmbeddedPostgres, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: server.url('crash') });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Ids acknowledged to the writer before it died; each of them must be there. */
async function writeUntil(service: Service, rows: number): Promise<number[]> {
  while (service.lines.length < rows) await service.next();
  return service.lines.flatMap(({ id }) => (typeof id === 'number' ? [id] : []));
}

async function storedIds(server: EmbeddedPostgres): Promise<number[]> {
  const rows = await query<{ id: string }>(server, 'select id from rows order by id');
  return rows.map(({ id }) => Number(id));
}

describe('killed with -9', () => {
  it('takes over the server of a service that was killed, with every acknowledged row, and stops it at the end', async () => {
    const folder = newFolder();
    const service = await startService(folder, 'write');
    const acknowledged = await writeUntil(service, 50);
    await kill(service.process);
    const orphan = serverPid(folder);

    const server = await open(folder);
    expect(server.owned).toBe(false);
    expect(serverPid(folder)).toBe(orphan);
    expect(await storedIds(server)).toEqual(expect.arrayContaining(acknowledged));

    await server.stop();
    expect(serverPid(folder)).toBeNull();
  });

  it('loses nothing when database and service are killed together', async () => {
    const folder = newFolder();
    const service = await startService(folder, 'write');
    const acknowledged = await writeUntil(service, 50);
    killServer(folder);
    await kill(service.process);

    const server = await open(folder);
    expect(server.owned).toBe(true);
    expect(await storedIds(server)).toEqual(expect.arrayContaining(acknowledged));
  });

  it('starts the database again under a running service, at the same URL', async () => {
    const folder = newFolder();
    const server = await open(folder);
    await server.ensureDatabase('crash');
    const before = server.url('crash');
    const killed = serverPid(folder);
    killServer(folder);
    await expect.poll(() => serverPid(folder)).not.toBe(killed);
    await expect.poll(() => query(server, 'select 1 as one').catch(() => null)).toEqual([{ one: 1 }]);
    expect(server.url('crash')).toBe(before);
  });

  it('is not stopped by a query of the killed server that is still running', async () => {
    const folder = newFolder();
    const service = await startService(folder, 'idle');
    const url = String(service.lines[0]?.url);
    const busy = new Client({ connectionString: url });
    busy.on('error', () => undefined);
    await busy.connect();
    // PL/pgSQL that never waits does not notice that its server is gone.
    busy.query('do $$ begin loop null; end loop; end $$').catch(() => undefined);
    await kill(service.process);
    killServer(folder);

    const server = await open(folder);
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('begins again after being killed while the cluster was being made', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'postgres.99999999'));
    writeFileSync(join(folder, 'postgres.99999999', 'PG_VERSION'), '18');
    writeFileSync(join(folder, 'postgres-password'), 'half-way-there', { mode: 0o600 });
    const server = await open(folder);
    await server.ensureDatabase('crash');
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(readdirSync(folder).sort()).toEqual(WHOLE);
  });
});

describe('half-made folders', () => {
  it('go when their process is gone, and stay while it lives', () => {
    const folder = newFolder();
    const { pid } = spawnSync('/bin/true');
    const parent = process.ppid;
    const names = [`postgres.${pid}`, `postgres.${pid}.password`, `postgres.${parent}`, 'postgres.conf'];
    for (const name of [...names, `postgres-18.4.0.${pid}`]) mkdirSync(join(folder, name));
    removeDrafts(join(folder, 'postgres'));
    expect(readdirSync(folder).sort()).toEqual(
      [`postgres-18.4.0.${pid}`, `postgres.${parent}`, 'postgres.conf'].sort(),
    );
    removeDrafts(join(folder, 'postgres-18.4.0'));
    expect(readdirSync(folder)).not.toContain(`postgres-18.4.0.${pid}`);
  });
});

describe('what a dead server leaves behind', () => {
  it('starts over a pid file and a socket lock whose number another program has by now', async () => {
    const folder = newFolder();
    const first = await open(folder);
    await first.ensureDatabase('crash');
    const socket = new URL(first.url('crash')).searchParams.get('host') ?? '';
    const pidFile = join(folder, 'postgres', 'postmaster.pid');
    const lock = join(socket, '.s.PGSQL.5432.lock');
    const [left, leftLock] = [readFileSync(pidFile, 'utf8'), readFileSync(lock, 'utf8')];
    await first.stop();

    mkdirSync(socket, { recursive: true, mode: 0o700 });
    // This process is alive, and it is no PostgreSQL.
    writeFileSync(pidFile, left.replace(/^\d+/, String(process.pid)));
    writeFileSync(lock, leftLock.replace(/^\d+/, String(process.pid)));
    const second = await open(folder);
    expect(second.owned).toBe(true);
    expect(await query(second, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('several processes', () => {
  it('join the running server and leave it running; the last one stops it', async () => {
    const folder = newFolder();
    const service = await startService(folder, 'idle');
    const pid = serverPid(folder);
    const visitor = await open(folder);
    expect(visitor.owned).toBe(false);
    await visitor.stop();
    expect(serverPid(folder)).toBe(pid);
    expect(service.process.exitCode).toBeNull();

    const left = once(service.process, 'exit');
    service.process.kill('SIGTERM');
    expect(await left).toEqual([0, null]);
    expect(serverPid(folder)).toBeNull();
  });

  it('may begin in the same moment in an empty folder', async () => {
    const folder = newFolder();
    const both = await Promise.all([startService(folder, 'idle'), startService(folder, 'idle')]);
    expect(both.map(({ lines }) => lines[0]?.owned).sort()).toEqual([false, true]);
    expect(readdirSync(folder).sort()).toEqual(WHOLE);
  });
});

describe('the account', () => {
  it('is no superuser, and the password file is for its owner alone', async () => {
    const folder = newFolder();
    const server = await open(folder);
    await server.ensureDatabase('crash');
    const [role] = await query(
      server,
      'select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user',
    );
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcreaterole: true });
    expect(statSync(join(folder, 'postgres-password')).mode & 0o777).toBe(0o600);
  });

  it.runIf(isRoot)(
    'keeps the database elsewhere when only root may enter DATA_DIR, and finds it again',
    async () => {
      const locked = newFolder();
      chmodSync(locked, 0o700);
      const dataDir = join(locked, 'data');
      const server = await open(dataDir);
      await server.ensureDatabase('crash');
      await query(server, 'create table kept as select 42 as answer');
      await server.stop();
      const home = readFileSync(join(dataDir, 'postgres-location'), 'utf8').trim();
      folders.push(home);
      expect(existsSync(join(home, 'postgres', 'PG_VERSION'))).toBe(true);
      expect(await query(await open(dataDir), 'select answer from kept')).toEqual([{ answer: 42 }]);
    },
  );
});
