#!/usr/bin/env node
// What `npm start` and `npm test` need before they run: the packages, the `celeste` command, the built page.
// Plain JavaScript for Node 20 with no dependency, because there are none yet. Does nothing when all is there.
//
//   node scripts/prepare.mjs          packages
//   node scripts/prepare.mjs --web    packages and web/dist
//   node scripts/prepare.mjs --link   `npx celeste` only (npm's postinstall)
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const LOCK = join(root, '.prepare.lock');
const STAMP = '.celeste-stamp';
const OLDEST_NODE = 20;

function main(args) {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    stop(`Celeste Mail needs Node.js ${OLDEST_NODE} or newer; this is ${process.version}.`);
  }
  if (args.includes('--link')) return linkCommand();
  if (packagesAreFresh() && (!args.includes('--web') || pageIsFresh())) return linkCommand();
  withLock(() => {
    if (!packagesAreFresh()) installPackages();
    linkCommand();
    if (args.includes('--web') && !pageIsFresh()) buildPage();
  });
}

// --- packages ---------------------------------------------------------------------------------------------

function packagesAreFresh() {
  const wanted = sha256(readFileSync(join(root, 'package-lock.json')), process.platform, process.arch);
  const stamp = join(modules, STAMP);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;
  // Somebody else's npm install may have brought the same packages.
  if (!treeMatchesLock() || !existsSync(pinnedNode())) return false;
  writeFileSync(stamp, wanted);
  return true;
}

/** Whether npm's own record of what it installed has every package of the lock file, in its version. */
function treeMatchesLock() {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

function installPackages() {
  process.stderr.write('Installing packages; this takes a minute or two, once.\n');
  const done = npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (done.status !== 0) stop('npm ci failed (its reason stands above).', done.status ?? 1);
  // Where npm runs no install scripts unasked, Node 24 is still missing.
  if (!existsSync(pinnedNode())) npm(['rebuild', 'node', '--loglevel=error']);
  if (!existsSync(pinnedNode()))
    stop('npm ci did not bring Node 24: run npm rebuild node and read what it says.');
  if (!packagesAreFresh()) stop('npm ci left packages out: is package-lock.json as it was released?');
}

/** npm, run by the Node that runs npm now, not by the one in the folder that npm ci is about to remove. */
function npm(args) {
  const { npm_execpath: cli, npm_node_execpath: node } = process.env;
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !resolve(folder).startsWith(modules));
  const env = { ...process.env, PATH: path.join(delimiter) };
  const ours = node === undefined || resolve(node).startsWith(modules);
  const options = { cwd: root, env, stdio: ['ignore', 2, 2] };
  if (cli?.endsWith('.js') && !ours) return spawnSync(node, [cli, ...args], options);
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}

function pinnedNode() {
  return join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

// --- the command ------------------------------------------------------------------------------------------

/** npm links the commands of dependencies, not the package's own: `npx celeste` needs this. */
function linkCommand() {
  const bin = join(modules, '.bin');
  const target = join('..', '..', 'scripts', 'celeste.mjs');
  const link = join(bin, 'celeste');
  if (!existsSync(bin)) return;
  if (process.platform === 'win32') {
    writeFileSync(`${link}.cmd`, `@node "%~dp0\\${target}" %*\r\n`);
  } else if (!isLinkTo(link, target)) {
    rmSync(link, { force: true });
    symlinkSync(target, link);
    chmodSync(join(root, 'scripts', 'celeste.mjs'), 0o755);
  }
}

function isLinkTo(link, target) {
  try {
    return readlinkSync(link) === target;
  } catch {
    return false;
  }
}

// --- the page ---------------------------------------------------------------------------------------------

const PAGE_SOURCES = ['web', 'package-lock.json'];

function pageIsFresh() {
  const stamp = join(root, 'web', 'dist', STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === pageHash();
}

function pageHash() {
  const files = PAGE_SOURCES.flatMap((name) => filesBelow(join(root, name))).sort();
  return sha256(...files.flatMap((file) => [file.slice(root.length), readFileSync(file)]));
}

function filesBelow(path) {
  if (path.endsWith('.json')) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'dist' || entry.name === 'node_modules') return [];
    const below = join(path, entry.name);
    return entry.isDirectory() ? filesBelow(below) : [below];
  });
}

function buildPage() {
  const vite = join(modules, 'vite', 'bin', 'vite.js');
  // Without the development packages (an image for production) the page was built before.
  if (!existsSync(vite) && existsSync(join(root, 'web', 'dist', 'index.html'))) return;
  process.stderr.write('Building the page.\n');
  const hash = pageHash();
  const built = spawnSync(pinnedNode(), [vite, 'build', 'web', '--logLevel', 'error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (built.status !== 0) stop('The page could not be built (the reason stands above).', built.status ?? 1);
  writeFileSync(join(root, 'web', 'dist', STAMP), hash);
}

// --- one at a time ----------------------------------------------------------------------------------------

function withLock(fn) {
  const deadline = Date.now() + 15 * 60_000;
  while (!takeLock()) {
    if (Date.now() > deadline)
      stop(`Another start has been installing for 15 minutes; if not, delete ${LOCK}.`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
  }
  process.on('exit', () => rmSync(LOCK, { force: true }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
  fn();
}

function takeLock() {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST')
      return stop(`This folder cannot be written (${error.code}): ${dirname(LOCK)}`);
  }
  if (!isAlive(readLock())) rmSync(LOCK, { force: true });
  return false;
}

function readLock() {
  try {
    return Number(readFileSync(LOCK, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  // Empty: it is being written in this moment.
  if (pid === 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

// ----------------------------------------------------------------------------------------------------------

function sha256(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

function stop(message, code = 1) {
  process.stderr.write(`celeste: ${message}\n`);
  process.exit(code);
}

main(process.argv.slice(2));
