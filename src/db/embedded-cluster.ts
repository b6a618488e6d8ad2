// Making the cluster: once, completely or not at all, whatever kills us meanwhile.

import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { CelesteError } from '#base/errors.ts';

import type { Place } from './embedded-place.ts';
import { type Account, removeDrafts, runAs } from './embedded-programs.ts';
import { cannotStart } from './embedded-server.ts';

/** The account that owns the server; only this module's callers use it, to look after databases. */
export const SUPERUSER = 'postgres';

const SETTINGS_FILE = 'celeste.conf';

/** Makes the cluster if there is none, and returns the password of its two accounts. */
export function ensureCluster(place: Place): string {
  const password = ensurePassword(place);
  if (!existsSync(join(place.cluster, 'PG_VERSION'))) createCluster(place, password);
  return password;
}

function ensurePassword(place: Place): string {
  const file = join(place.dataDir, 'postgres-password');
  const isNew = !existsSync(file);
  if (isNew && existsSync(place.cluster)) {
    throw new CelesteError('embedded_password_missing', `The database's password (${file}) is gone.`, {
      advice: 'Put the file back; it belongs to the backup of DATA_DIR.',
    });
  }
  if (isNew) {
    // Complete before it has its name, and never over another's: two processes may begin in the same moment.
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, randomBytes(24).toString('base64url'), { mode: 0o600 });
    linkUnlessThere(draft, file);
    rmSync(draft);
  }
  return readFileSync(file, 'utf8').trim();
}

function linkUnlessThere(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function createCluster(place: Place, password: string): void {
  removeDrafts(place.cluster);
  const draft = `${place.cluster}.${process.pid}`;
  const passwordFile = `${draft}.password`;
  try {
    mkdirSync(draft, { mode: 0o700 });
    writeFileSync(passwordFile, password, { mode: 0o600 });
    give(draft, place.account);
    give(passwordFile, place.account);
    initdb(place, draft, passwordFile);
    appendFileSync(join(draft, 'postgresql.conf'), `\ninclude_if_exists = '${SETTINGS_FILE}'\n`);
    renameSync(draft, place.cluster);
  } catch (error) {
    // Another process may have been quicker; its cluster is as good.
    if (!existsSync(join(place.cluster, 'PG_VERSION'))) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
    rmSync(passwordFile, { force: true });
  }
}

function initdb(place: Place, folder: string, passwordFile: string): void {
  const program = join(place.native, 'bin', 'initdb');
  const args = [
    '--pgdata',
    folder,
    '--username',
    SUPERUSER,
    '--pwfile',
    passwordFile,
    '--auth',
    'scram-sha-256',
  ];
  // PostgreSQL's own collation: the same order on every machine, whatever locales it has.
  const locale = [
    '--encoding',
    'UTF8',
    '--locale',
    'C',
    '--locale-provider',
    'builtin',
    '--builtin-locale',
    'C.UTF-8',
  ];
  try {
    runAs(place.account, place.home, [program, ...args, ...locale]);
  } catch (error) {
    throw cannotStart(place, String((error as { stderr?: string }).stderr ?? error));
  }
}

export type ServerSettings = Record<string, string>;

/** Writes what the server starts with: where it listens (`socketDir`, or else 127.0.0.1), and what its log may say. */
export function writeSettings(
  place: Place,
  { socketDir, port, extra }: { socketDir: string | null; port: number; extra: ServerSettings },
): void {
  const settings: ServerSettings = {
    listen_addresses: socketDir === null ? '127.0.0.1' : '',
    unix_socket_directories: socketDir ?? '',
    unix_socket_permissions: '0700',
    port: String(port),
    max_connections: '100',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Neither a row nor a statement may reach the log: they hold mail.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    ...extra,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  const file = join(place.cluster, SETTINGS_FILE);
  // In one step: several of us may start the server at once, and one that reads half a file listens where it must not.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `# Written at every start.\n${lines.join('\n')}\n`, { mode: 0o600 });
  give(draft, place.account);
  renameSync(draft, file);
}

function give(path: string, account: Account | null): void {
  if (account !== null) chownSync(path, account.uid, account.gid);
}
