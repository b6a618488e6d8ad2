// The folder that a sandbox keeps its data in: made where it is missing, and one sandbox's alone.
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/**
 * Makes the folder, unless it is there, and holds it until `release` or the end of this process, however it ends.
 * @throws when it cannot be used; `code` SANDBOX_DATA_IN_USE when another sandbox holds it
 */
export function holdFolder(directory: string): { release(): void } {
  const path = resolve(directory);
  try {
    makeFolder(path);
    return lock(join(path, 'lock'));
  } catch (error) {
    const { code, message, errcode } = error as NodeJS.ErrnoException & { errcode?: number };
    if (errcode === SQLITE_BUSY) {
      const inUse = `Another sandbox keeps its data in ${path}. Stop it or choose another folder with --data.`;
      throw Object.assign(new Error(inUse), { code: 'SANDBOX_DATA_IN_USE' });
    }
    const why = `The folder ${path} cannot be used: ${message}. Choose another one with --data.`;
    throw Object.assign(new Error(why, { cause: error }), { code });
  }
}

// The lock of an SQLite file is the system's own, so a killed process leaves none behind. Nothing is written there.
function lock(path: string): { release(): void } {
  const file = new DatabaseSync(path);
  try {
    file.exec('pragma journal_mode = off; begin exclusive');
  } catch (error) {
    file.close();
    throw error;
  }
  return { release: () => file.close() };
}

// One by one, because Node's own `recursive` never comes back where the system says ENOENT to a new folder (/proc).
function makeFolder(path: string): void {
  if (isFolder(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made it in the same moment.
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
