// The server of one cluster, seen from outside: what postmaster.pid says, starting, stopping, and clearing
// away what a killed one left behind.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

import { CelesteError } from '#base/errors.ts';

import type { Place } from './embedded-place.ts';
import { diskFull, isAlive, runAs, spawnOptions } from './embedded-programs.ts';

/** `ready` is false while it starts or stops. */
export type Postmaster = { pid: number; host: string; port: number; ready: boolean };

const LOG_FILE = 'server.log';
const LOG_LIMIT_BYTES = 5_000_000;
/** How long a server may take to recover from a crash, in seconds. */
const START_SECONDS = 300;
const SOCKET_PORT = 5432;
// A server that starts makes the file and then fills it.
const EMPTY_PID_FILE_MS = 5_000;

/**
 * The running server of this cluster, or null. PostgreSQL clears away what a killed server left (its pid file,
 * its socket's lock), unless another program has got that process number meanwhile: then this does.
 */
export function findPostmaster(place: Place): Postmaster | null {
  const pidFile = join(place.cluster, 'postmaster.pid');
  const lines = readLines(pidFile);
  // https://www.postgresql.org/docs/current/storage-file-layout.html
  const [pid, , , port, socketDir, address, , status] = lines;
  if (pid !== undefined && isServerOf(Number(pid), place)) {
    const ready = status?.trim() === 'ready';
    return { pid: Number(pid), port: Number(port), host: socketDir || address || '127.0.0.1', ready };
  }
  if (pid === '' && ageMs(pidFile) < EMPTY_PID_FILE_MS) return { pid: 0, port: 0, host: '', ready: false };
  removeStale(pidFile, pid);
  if (place.socketDir !== null) {
    const socket = join(place.socketDir, `.s.PGSQL.${SOCKET_PORT}`);
    const [holder] = readLines(`${socket}.lock`);
    if (holder === undefined || !isServerOf(Number(holder), place)) removeStale(`${socket}.lock`, holder);
  }
  return null;
}

// A number that no process has is left to PostgreSQL: by now another of us may be starting the server.
function removeStale(file: string, pid: string | undefined): void {
  if (pid === undefined || (pid !== '' && !isAlive(Number(pid)))) return;
  if (readLines(file)[0] === pid) rmSync(file, { force: true });
}

function ageMs(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? 0 : Date.now() - found.mtimeMs;
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function isServerOf(pid: number, place: Place): boolean {
  if (!Number.isInteger(pid) || pid < 2 || !isAlive(pid)) return false;
  if (process.platform === 'linux') return workingFolder(pid) === place.cluster;
  if (process.platform === 'win32') return true;
  try {
    return /postgres/.test(runAs(null, '/', ['/bin/ps', '-o', 'comm=', '-p', String(pid)]));
  } catch {
    return false;
  }
}

// Every process of a PostgreSQL server stands in its data directory.
function workingFolder(pid: number | string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}

/**
 * Ends processes of a killed server that still hold its shared memory: they would leave by themselves once
 * their query ends. Only Linux tells which they are; elsewhere this does nothing.
 */
export function evictOrphans(place: Place, signal: 'SIGQUIT' | 'SIGKILL'): void {
  if (process.platform !== 'linux' || findPostmaster(place) !== null) return;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || workingFolder(entry) !== place.cluster) continue;
    try {
      process.kill(Number(entry), signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

export type StartResult = 'started' | 'already_running' | 'memory_in_use';

/** Starts the server and waits until it answers. Throws a CelesteError that says why it cannot run. */
export async function startServer(place: Place): Promise<StartResult> {
  const log = join(place.cluster, LOG_FILE);
  const before = sizeOf(log) > LOG_LIMIT_BYTES ? 0 : sizeOf(log);
  if (before === 0 && existsSync(log)) truncateSync(log);
  const { code, output } = await pgCtl(place, ['start', '-w', '-t', String(START_SECONDS), '-l', log]);
  if (code === 0) return 'started';
  const said = existsSync(log) ? readFileSync(log).subarray(before).toString('utf8') : '';
  if (/lock file ".*" already exists/.test(said)) return 'already_running';
  if (/pre-existing shared memory block/.test(said)) return 'memory_in_use';
  throw cannotStart(place, `${said}\n${output}`);
}

/** Ends every session and stops the server after a checkpoint. */
export async function stopServer(place: Place): Promise<void> {
  const { code, output } = await pgCtl(place, ['stop', '-m', 'fast', '-w', '-t', '60']);
  if (code !== 0 && findPostmaster(place) !== null) {
    throw new CelesteError(
      'embedded_stop_failed',
      `The embedded PostgreSQL did not stop: ${lastLine(output)}`,
    );
  }
}

function pgCtl(place: Place, args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const program = join(place.native, 'bin', 'pg_ctl');
    const child = spawn(program, ['-D', place.cluster, ...args], {
      ...spawnOptions(place.account, place.home),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    child.on('error', reject);
    // 'exit', not 'close': the server inherits the pipes and keeps them open.
    child.on('exit', (code) => {
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve({ code, output });
    });
  });
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

/** What PostgreSQL said, as one error with what to do. */
export function cannotStart(place: Place, said: string): CelesteError {
  const make = (code: string, message: string, advice: string) => new CelesteError(code, message, { advice });
  if (/No space left on device|could not extend file/i.test(said)) {
    return diskFull(place.home);
  }
  if (/Permission denied|has wrong ownership|invalid permissions/i.test(said)) {
    return make(
      'data_dir_unusable',
      `The embedded PostgreSQL may not use DATA_DIR (${place.home}): ${lastLine(said)}`,
      'Give the folder back to the user who made it, or set DATA_DIR to another one.',
    );
  }
  if (/could not look up effective user ID/.test(said)) {
    return make(
      'embedded_user_unknown',
      'PostgreSQL does not run as a user without a name.',
      'Add this user to /etc/passwd, start as another one, or set MASTER_DATABASE_URL.',
    );
  }
  if (/incompatible with server|initialized by PostgreSQL version/i.test(said)) {
    return make(
      'embedded_version_differs',
      `The database in DATA_DIR (${place.home}) is of another PostgreSQL version.`,
      'Start the version of Celeste Mail that made it, dump it with pg_dump and restore it here.',
    );
  }
  const log = join(place.cluster, LOG_FILE);
  return make(
    'embedded_start_failed',
    `The embedded PostgreSQL did not start: ${lastLine(said)}`,
    `Read ${log}.`,
  );
}

function lastLine(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const grave = lines.filter((line) => /\b(FATAL|PANIC|ERROR|error):/.test(line));
  return (grave.at(-1) ?? lines.at(-1) ?? 'it gave no reason').replace(
    /^.*?\b(FATAL|PANIC|ERROR|error): */,
    '',
  );
}
