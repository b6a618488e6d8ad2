#!/usr/bin/env node
// The `celeste` command: runs src/cli/main.ts on the Node that is pinned in package.json, which runs TypeScript
// as it is, whichever Node it was started with.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PINNED_MAJOR = 24;
const program = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const modules = fileURLToPath(new URL('../node_modules/', import.meta.url));
const pinned = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const major = Number(process.versions.node.split('.')[0]);

if (!existsSync(join(modules, 'commander'))) {
  stop('the packages are not installed. Run npm install, or npm start.');
} else if (major === PINNED_MAJOR || (major > PINNED_MAJOR && !existsSync(pinned))) {
  await import('../src/cli/main.ts');
} else if (existsSync(pinned)) {
  runPinned();
} else {
  stop(
    `Node ${PINNED_MAJOR} is missing from node_modules. Run npm rebuild node, or start with Node ${PINNED_MAJOR}.`,
  );
}

function stop(message) {
  process.stderr.write(`celeste: ${message}\n`);
  process.exitCode = 1;
}

function runPinned() {
  const child = spawn(pinned, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  // From a terminal Ctrl-C reaches the child by itself; a second SIGINT would mean impatience.
  const forwarded = process.stdin.isTTY ? ['SIGTERM', 'SIGHUP'] : ['SIGTERM', 'SIGHUP', 'SIGINT'];
  for (const signal of forwarded) process.on(signal, () => child.kill(signal));
  if (process.stdin.isTTY) process.on('SIGINT', () => undefined);
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
