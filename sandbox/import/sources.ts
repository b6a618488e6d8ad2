// Finds the mails to import: files as named, folders with all below them.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';

import { looksLikeMbox, splitMbox } from './mbox.ts';

/** One mail: where it comes from, its bytes, and the date of its file. */
export type Source = { name: string; bytes: Uint8Array; fileDate: Date };

const MBOX = new Set(['.mbox', '.mbx']);

/** @throws Error when the path does not exist or holds no mail files */
export function findFiles(path: string): string[] {
  if (!existsSync(path)) throw new Error(`There is no file or folder "${path}".`);
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && (entry.name.toLowerCase().endsWith('.eml') || isMboxName(entry.name)),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0) throw new Error(`The folder "${path}" holds no .eml or .mbox files.`);
  return files;
}

const isMboxName = (name: string): boolean => MBOX.has(extname(name).toLowerCase());

/** The mails of a file: one, or all of an mbox. */
export function* sourcesIn(file: string): Generator<Source> {
  const bytes = readFileSync(file);
  const fileDate = statSync(file).mtime;
  if (!isMboxName(file) && !(looksLikeMbox(bytes) && !file.toLowerCase().endsWith('.eml'))) {
    yield { name: file, bytes, fileDate };
    return;
  }
  let n = 0;
  for (const mail of splitMbox(bytes)) {
    n += 1;
    yield { name: `${file} #${n}`, bytes: mail, fileDate };
  }
}
