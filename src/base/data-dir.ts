// The folder of DATA_DIR: made where it is missing, and refused in one line where it cannot be.
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

import { CelesteError } from './errors.ts';

// PostgreSQL cuts paths at 1,024 bytes, and its own are up to 100 longer than the folder's.
// https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/pg_config_manual.h
const LONGEST = 900;
const SHOWN = 120;

/**
 * Makes the folder, and those above it, unless they are there.
 *
 * @param dataDir absolute
 * @throws CelesteError `data_dir_unusable`
 */
export function makeDataDir(dataDir: string): void {
  try {
    if (Buffer.byteLength(dataDir) > LONGEST) throw Object.assign(new Error(), { code: 'ENAMETOOLONG' });
    makeFolder(dataDir);
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw dataDirUnusable(dataDir, error);
  }
}

// One by one, because Node's own `recursive` never comes back where the system says ENOENT to a new folder (/proc).
function makeFolder(path: string): void {
  if (isFolder(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o755 });
  } catch (error) {
    // Another process may have made it in the same moment.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

const REASONS: Record<string, string> = {
  ENOSPC: 'its disk is full',
  EDQUOT: 'this user may store no more on its disk',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'it is read-only',
  ENOENT: 'no folder can be there',
  ENOTDIR: 'a part of it is no folder',
  EEXIST: 'there is something else of that name',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
};

/** What keeps DATA_DIR from being used, as the one error that names the setting. */
export function dataDirUnusable(dataDir: string, cause: unknown): CelesteError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const shown = dataDir.length > SHOWN ? `${dataDir.slice(0, SHOWN)}…` : dataDir;
  const reason = REASONS[code] ?? message;
  return new CelesteError('data_dir_unusable', `DATA_DIR (${shown}) cannot be used: ${reason}.`, {
    cause,
    advice: 'Set DATA_DIR to a folder that this user may write, with room on its disk.',
  });
}
