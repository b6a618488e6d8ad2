import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { makeDataDir } from './data-dir.ts';

const folder = mkdtempSync(join(tmpdir(), 'celeste-data-dir-'));
beforeAll(() => {
  writeFileSync(join(folder, 'file'), '');
  symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
  symlinkSync(join(folder, 'circle'), join(folder, 'circle'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('is made with those above it, and kept when it is there', () => {
  const path = join(folder, 'a', 'b');
  makeDataDir(path);
  mkdirSync(join(path, 'kept'));
  makeDataDir(path);
  expect(statSync(join(path, 'kept')).isDirectory()).toBe(true);
});

it.each([
  ['a file', 'file', 'something else'],
  ['below a file', 'file/x', 'something else'],
  ['a link that leads nowhere', 'dangling', 'something else'],
  ['links in a circle', 'circle/x', 'circle'],
  ['a name longer than the file system takes', 'n'.repeat(300), 'too long'],
  ['a path longer than PostgreSQL takes', 'p'.repeat(200).concat('/').repeat(5), 'too long'],
])('%s is refused', (_, path, reason) => {
  expect(() => makeDataDir(join(folder, path))).toThrow(
    expect.objectContaining({
      code: 'data_dir_unusable',
      message: expect.stringMatching(new RegExp(`^DATA_DIR \\(.*${reason}`)),
      advice: expect.stringContaining('DATA_DIR'),
    }),
  );
});

it.runIf(process.platform === 'linux').each(['/proc/x', '/proc/x/y', '/sys/x', '/dev/null', '/dev/null/x'])(
  '%s is refused at once',
  (path) => {
    expect(() => makeDataDir(path)).toThrow(expect.objectContaining({ code: 'data_dir_unusable' }));
  },
);

it.runIf(process.getuid?.() !== 0)('so is a folder that may not be written', () => {
  const path = join(folder, 'closed');
  mkdirSync(path, { mode: 0o555 });
  expect(() => makeDataDir(path)).toThrow(expect.objectContaining({ code: 'data_dir_unusable' }));
});
