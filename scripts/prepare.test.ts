// What runs before `npm start` and `npm test`, in a small package of its own and with an npm that only notes
// what it is asked for.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

let root: string;
let calls: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'celeste-prepare-'));
  calls = join(root, 'npm-calls');
  cpSync(join(import.meta.dirname, 'prepare.mjs'), join(root, 'scripts', 'prepare.mjs'));
  writeFileSync(join(root, 'scripts', 'celeste.mjs'), '');
  writeLock('1.0.0');
  mkdirSync(join(root, 'bin'));
  writeFileSync(join(root, 'bin', 'npm'), `#!/bin/sh\necho "$@" >> ${calls}\n${NPM_CI}`, { mode: 0o755 });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

// What `npm ci` leaves of this package: the dependency, npm's own record, and Node.
const NPM_CI = `
mkdir -p node_modules/.bin node_modules/node/bin && touch node_modules/node/bin/node
cp package-lock.json node_modules/.package-lock.json
`;

function writeLock(version: string): void {
  const packages = {
    '': {},
    'node_modules/thing': { version },
    'node_modules/mac': { version: '1.0.0', optional: true },
  };
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
}

function prepare(...args: string[]) {
  const env = { PATH: `${join(root, 'bin')}:/usr/bin:/bin` };
  return spawnSync(process.execPath, [join(root, 'scripts', 'prepare.mjs'), ...args], {
    env,
    encoding: 'utf8',
  });
}

const npmCalls = () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []);

it('installs what the lock file says, once', () => {
  expect(prepare()).toMatchObject({ status: 0, stderr: expect.stringContaining('Installing') });
  expect(prepare()).toMatchObject({ status: 0, stderr: '' });
  expect(npmCalls()).toEqual([expect.stringMatching(/^ci /)]);
});

it('installs again when the lock file has changed', () => {
  prepare();
  writeLock('2.0.0');
  prepare();
  expect(npmCalls()).toHaveLength(2);
});

it('takes somebody’s own npm install for what it is', () => {
  prepare();
  writeLock('2.0.0');
  cpSync(join(root, 'package-lock.json'), join(root, 'node_modules', '.package-lock.json'));
  expect(prepare()).toMatchObject({ status: 0, stderr: '' });
  expect(npmCalls()).toHaveLength(1);
});

it('makes npx celeste work', () => {
  prepare();
  expect(readlinkSync(join(root, 'node_modules', '.bin', 'celeste'))).toBe('../../scripts/celeste.mjs');
});

it('is not held up by the lock of a start that was killed', () => {
  const { pid } = spawnSync('/bin/true');
  writeFileSync(join(root, '.prepare.lock'), String(pid));
  expect(prepare()).toMatchObject({ status: 0 });
  expect(existsSync(join(root, '.prepare.lock'))).toBe(false);
});

it('ends with one line when npm cannot install', () => {
  writeFileSync(join(root, 'bin', 'npm'), '#!/bin/sh\nexit 7\n', { mode: 0o755 });
  expect(prepare()).toMatchObject({
    status: 7,
    stderr: expect.stringMatching(/\nceleste: npm ci failed[^\n]*\n$/),
  });
});
