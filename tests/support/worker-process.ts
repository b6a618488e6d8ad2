// `celeste work` as a process of its own, as an operator runs it: for stories and measurements with several.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const celeste = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export type WorkerSettings = {
  sandboxUrl: string;
  masterUrl: string;
  /** By key alias. */
  tenantUrls: Record<string, string>;
  /** base64url */
  tokenKey: string;
  dataDir: string;
  more?: Record<string, string>;
};

export type WorkerProcess = {
  pid: number;
  /** What it wrote to its log. */
  log(): string;
  /** Dead at once, as by `kill -9`. */
  kill(): Promise<void>;
  /** SIGTERM. @returns its exit code and the milliseconds it took */
  stop(): Promise<{ code: number | null; milliseconds: number }>;
};

/** Starts a worker and resolves once it works. @throws when it ends before */
export async function startWorker(settings: WorkerSettings): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [celeste, 'work'], {
    env: environment(settings),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const ended = once(child, 'exit');
  await isUp(child, () => log);
  return {
    pid: child.pid ?? 0,
    log: () => log,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    stop: async () => {
      const from = performance.now();
      child.kill('SIGTERM');
      const [code] = (await ended) as [number | null];
      return { code, milliseconds: performance.now() - from };
    },
  };
}

function isUp(child: ChildProcess, log: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stderr?.on('data', () => {
      if (log().includes('the worker is up')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the worker ended (${code}): ${log().slice(-2_000)}`)));
  });
}

function environment({ sandboxUrl, masterUrl, tenantUrls, tokenKey, dataDir, more }: WorkerSettings) {
  const tenants = Object.entries(tenantUrls).map(([alias, url]) => [`${alias}_DATABASE_URL`, url]);
  return {
    PATH: process.env.PATH ?? '',
    LOG_LEVEL: 'info',
    DATA_DIR: dataDir,
    MASTER_DATABASE_URL: masterUrl,
    ...Object.fromEntries(tenants),
    TOKEN_KEYS: `test:${tokenKey}`,
    MICROSOFT_LOGIN_URL: sandboxUrl,
    GRAPH_URL: `${sandboxUrl}/v1.0`,
    AZURE_READ_APP_ID: '11111111-aaaa-4bbb-8ccc-000000000001',
    AZURE_READ_CLIENT_SECRET: 'sandbox-read-secret',
    ...more,
  };
}
