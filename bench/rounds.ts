// Rounds of many mailboxes in a process of their own, as a worker runs them, while the sandbox and the server are
// another's: what whoever measures says to that process, and how that process is wired.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { systemClock } from '#base/clock.ts';
import { createLog } from '#base/log.ts';
import { createSealer } from '#base/sealing.ts';
import { createKysely, openPool } from '#db/connect.ts';
import type { MasterSchema } from '#directory/schema.ts';
import type { SyncDeps } from '#sync/sync.ts';
import { createTenants } from '#tenants/tenants.ts';

import { wire } from '../tests/support/wiring.ts';
import type { BenchTask } from './yacht.ts';

export type RoundsProcess<Said> = {
  /** What it says, line by line, until it ends. */
  said: AsyncIterable<Said>;
  /** Closes its input. */
  stop(): void;
};

/** Starts a script of this folder with these mailboxes. */
export function startRounds<Said>(script: string, tasks: BenchTask[]): RoundsProcess<Said> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write(`${JSON.stringify(tasks)}\n`);
  return { said: parsed(child), stop: () => child.stdin.end() };
}

async function* parsed<Said>(child: ChildProcess): AsyncGenerator<Said> {
  const ended = once(child, 'exit');
  if (child.stdout) for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line);
  const [code] = await ended;
  if (code !== 0) throw new Error(`the measured process ended with ${code}`);
}

export type Given = {
  tasks: [BenchTask, ...BenchTask[]];
  /** Aborts when whoever measures has seen enough. */
  stopping: AbortSignal;
};

/** In the started script: what it was given. */
export async function readGiven(): Promise<Given> {
  const lines = createInterface({ input: process.stdin });
  const stopping = new AbortController();
  lines.once('close', () => stopping.abort());
  const [line] = (await once(lines, 'line')) as [string];
  return { tasks: JSON.parse(line), stopping: stopping.signal };
}

export type RoundsWorker = { syncDeps: SyncDeps; close(): Promise<void> };

/** What one worker holds. `hasty`: commits do not wait for the disk, for what is prepared and not measured. */
export function openWorker(
  { masterUrl, tenantUrl, tokenKey, sandboxUrl }: BenchTask,
  { hasty = false } = {},
): RoundsWorker {
  const at = new URL(tenantUrl);
  if (hasty) at.searchParams.set('options', '-c synchronous_commit=off');
  const tenants = createTenants({
    locate: async () => ({ url: at.href }),
    poolMax: 4,
    idleMs: 5_000,
    log: createLog('silent'),
  });
  const sealer = createSealer([{ kid: 'bench', key: Buffer.from(tokenKey, 'base64url') }]);
  const master = createKysely<MasterSchema>(openPool(masterUrl, { max: 4, idleMs: 5_000 }));
  const sandbox = { url: sandboxUrl };
  const { syncDeps, graph } = wire({ sandbox, master, tenants, sealer, clock: systemClock });
  return {
    syncDeps,
    close: async () => {
      await graph.close();
      await tenants.close();
      await master.destroy();
    },
  };
}
