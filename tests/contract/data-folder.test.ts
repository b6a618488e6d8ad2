// The folder of a sandbox: its own alone, whoever else is started on it and however the one before ended.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { afterAll, expect, it } from 'vitest';

import { startSandbox } from '../../sandbox/server.ts';

const program = fileURLToPath(new URL('../../sandbox/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'celeste-sandbox-'));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

type Started = { child: ChildProcess; code: number | null; err: string };

/** A sandbox as a process, once it listens (`code` null) or has ended. */
async function run(dataDir: string): Promise<Started> {
  const args = [program, '--port', '0', '--https-port', 'none', '--world', 'empty', '--data', dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000 });
  children.push(child);
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
  return { child, code: child.exitCode, err };
}

function expectOneLine({ code, err }: Started, words: string): void {
  expect(err).toMatch(/^sandbox: [^\n]+\n$/);
  expect(err).toContain(words);
  expect(code).toBe(1);
}

it('is refused to a second process, and free once the first was killed', async () => {
  const dataDir = join(folder, 'killed');
  const first = await run(dataDir);
  expect(first).toMatchObject({ code: null, err: '' });
  expectOneLine(await run(dataDir), `Another sandbox keeps its data in ${dataDir}.`);
  const gone = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await gone;
  expect(await run(dataDir)).toMatchObject({ code: null, err: '' });
});

it('is refused within one process too, and free once the first is closed', async () => {
  const dataDir = join(folder, 'closed');
  const first = await startSandbox({ dataDir });
  await expect(startSandbox({ dataDir })).rejects.toMatchObject({ code: 'SANDBOX_DATA_IN_USE' });
  await first.close();
  await (await startSandbox({ dataDir })).close();
});

it('is free once the thread of the first was ended', async () => {
  const dataDir = join(folder, 'thread');
  const thread = new Worker(program, { workerData: { dataDir } });
  expect((await once(thread, 'message'))[0]).toHaveProperty('ready');
  await expect(startSandbox({ dataDir })).rejects.toMatchObject({ code: 'SANDBOX_DATA_IN_USE' });
  await thread.terminate();
  await (await startSandbox({ dataDir })).close();
});

it.runIf(process.platform === 'linux').each(['/proc/x', '/dev/null', '/dev/null/x'])(
  'cannot be %s',
  async (dataDir) => {
    expectOneLine(await run(dataDir), `The folder ${dataDir} cannot be used: `);
  },
);
