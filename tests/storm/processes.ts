// The service's processes as an operator runs them, to be killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const node = fileURLToPath(new URL('../../node_modules/node/bin/node', import.meta.url));
const celeste = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export type Running = {
  process: ChildProcess;
  /** What it wrote to its log. */
  log(): string;
  /** Resolves once it says that it is up. @throws when it ends before */
  up: Promise<void>;
  kill(): Promise<void>;
  /** SIGTERM. @returns its exit code and the milliseconds it took */
  stop(): Promise<{ code: number | null; ms: number }>;
};

/** Starts `celeste work` or `celeste api` with these settings and no others. */
export function run(role: 'work' | 'api', settings: Record<string, string>): Running {
  const { PATH = '' } = process.env;
  const env = { PATH, LOG_LEVEL: 'info', ...settings };
  const child = spawn(node, [celeste, role], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  const up = new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (/is up/.test(log)) resolve();
    });
    child.once('exit', () =>
      reject(new Error(`celeste ${role} ended before it was up:\n${log.slice(-2_000)}`)),
    );
  });
  up.catch(() => undefined);
  const ended = once(child, 'exit');
  return {
    process: child,
    log: () => log,
    up,
    kill: async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await ended;
    },
    stop: async () => {
      const startedAt = Date.now();
      child.kill('SIGTERM');
      const [code] = (await ended) as [number | null];
      return { code, ms: Date.now() - startedAt };
    },
  };
}
