// Where the embedded PostgreSQL lives and as whom it runs. It refuses to run as root, so under root it runs
// as `nobody` (or as whoever owns the cluster already), and everything it touches must be within that
// account's reach.
import { createHash } from 'node:crypto';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { dataDirUnusable, makeDataDir } from '#base/data-dir.ts';
import { CelesteError } from '#base/errors.ts';
import type { Log } from '#base/log.ts';

import { type Account, prepareNative, runAs, succeeds } from './embedded-programs.ts';

export type Place = {
  dataDir: string;
  /** Holds the cluster and, where need be, a copy of the programs. */
  home: string;
  cluster: string;
  /** PostgreSQL's own folder: `bin`, `lib`, `share`. */
  native: string;
  /** Null: the account of this process. */
  account: Account | null;
  /** Where its socket should stand; null: 127.0.0.1 instead (Windows). */
  socketDir: string | null;
};

const FAR_HOME = '/var/lib/celeste-mail';
const POINTER = 'postgres-location';

/** Decides and prepares the folders for the database of `dataDir`. Throws `data_dir_unusable` and others. */
export function preparePlace(dataDir: string, log: Log): Place {
  try {
    makeDataDir(dataDir);
    const real = realpathSync(dataDir);
    const asRoot = process.getuid?.() === 0;
    const account = asRoot ? accountFor(join(real, 'postgres')) : null;
    const home = account === null ? real : reachableHome(real, account, log);
    const cluster = join(home, 'postgres');
    return {
      dataDir: real,
      home,
      cluster,
      account,
      native: prepareNative(home, account),
      socketDir: socketDirOf(cluster),
    };
  } catch (error) {
    throw error instanceof CelesteError ? error : dataDirUnusable(dataDir, error);
  }
}

function accountFor(cluster: string): Account {
  if (existsSync(cluster)) {
    const { uid, gid } = statSync(cluster);
    if (uid !== 0) return { uid, gid };
  }
  const line = readFileSync('/etc/passwd', 'utf8').match(/^nobody:[^:]*:(\d+):(\d+):/m);
  return line === null ? { uid: 65534, gid: 65534 } : { uid: Number(line[1]), gid: Number(line[2]) };
}

function canEnter(account: Account, folder: string): boolean {
  return succeeds(() => runAs(account, '/', ['/bin/sh', '-c', 'test -x "$1"', 'sh', folder]));
}

function reachableHome(dataDir: string, account: Account, log: Log): string {
  const pointer = join(dataDir, POINTER);
  if (existsSync(pointer)) return followPointer(pointer);
  if (canEnter(account, dataDir)) return dataDir;
  const home = join(FAR_HOME, createHash('sha256').update(dataDir).digest('hex').slice(0, 12));
  mkdirSync(home, { recursive: true, mode: 0o755 });
  if (!canEnter(account, home)) {
    throw new CelesteError(
      'data_dir_unreachable',
      `PostgreSQL cannot run as root, nor reach DATA_DIR (${dataDir}).`,
      {
        advice: 'Set DATA_DIR to a folder that every user may enter, or start as an ordinary user.',
      },
    );
  }
  writeFileSync(pointer, `${home}\n`);
  log.info(
    { data_dir: dataDir, database: home },
    'only root may enter DATA_DIR: the database is kept elsewhere',
  );
  return home;
}

function followPointer(pointer: string): string {
  const home = readFileSync(pointer, 'utf8').trim();
  if (existsSync(home)) return home;
  throw new CelesteError('embedded_database_missing', `The database is no longer in ${home}.`, {
    advice: `Put it back, or delete ${pointer} to begin with an empty one.`,
  });
}

/**
 * Makes the folder for the server's socket and returns it; null where there are none (Windows).
 * A socket's path may have 107 bytes, less than many a DATA_DIR has, so it stands in /tmp.
 * https://www.man7.org/linux/man-pages/man7/unix.7.html
 */
export function prepareSocketDir({ socketDir, account }: Place): string | null {
  if (socketDir === null) return null;
  const owner = account?.uid ?? process.getuid?.();
  mkdirSync(socketDir, { recursive: true, mode: 0o700 });
  if (account !== null && statSync(socketDir).uid === 0) chownSync(socketDir, account.uid, account.gid);
  const found = lstatSync(socketDir);
  if (found.isDirectory() && found.uid === owner && (found.mode & 0o077) === 0) return socketDir;
  // Somebody else made it first. Whoever looks for the server reads its place from postmaster.pid.
  const other = mkdtempSync('/tmp/celeste-mail-');
  if (account !== null) chownSync(other, account.uid, account.gid);
  return other;
}

function socketDirOf(cluster: string): string | null {
  if (process.platform === 'win32') return null;
  return `/tmp/celeste-mail-${createHash('sha256').update(cluster).digest('hex').slice(0, 12)}`;
}
