// The demo's own Microsoft, in a thread of this process. The one place that knows where it stands.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { makeDataDir } from '#base/data-dir.ts';
import { CelesteError } from '#base/errors.ts';
import type { Log } from '#base/log.ts';
import type { Config } from '#config/config.ts';

export interface SandboxThread {
  url: string;
  stop(): Promise<void>;
}

type Message = { ready: { url: string } } | { error: { code: string; port?: number; message?: string } };

/**
 * Starts the sandbox and waits until it answers. Its state is kept in DATA_DIR.
 *
 * @throws CelesteError `sandbox_in_production`, `data_dir_unusable`, `sandbox_data_in_use`, `port_in_use`, `sandbox_failed`
 */
export async function startSandbox(config: Config, port: number, log: Log): Promise<SandboxThread> {
  if (config.production) {
    throw new CelesteError('sandbox_in_production', 'The sandbox does not run in production.', {
      advice: 'Set AZURE_READ_APP_ID and AZURE_READ_CLIENT_SECRET.',
    });
  }
  makeDataDir(config.dataDir);
  const thread = new Worker(new URL('../../sandbox/main.ts', import.meta.url), {
    workerData: { port, httpsPort: port + 1, world: 'demo', dataDir: join(config.dataDir, 'sandbox') },
  });
  const message = await firstMessage(thread);
  thread.on('error', (err) => log.error({ err }, 'the sandbox ended; start again to have it back'));
  if ('ready' in message) {
    return { url: message.ready.url, stop: async () => void (await thread.terminate()) };
  }
  await thread.terminate();
  if (message.error.code === 'EADDRINUSE') {
    const taken = message.error.port ?? port;
    throw new CelesteError('port_in_use', `Port ${taken}, where the sandbox listens, is in use.`, {
      advice: `Set SANDBOX_PORT to a free one (it takes that and the one above), or stop what uses ${taken}.`,
    });
  }
  if (message.error.code === 'SANDBOX_DATA_IN_USE') {
    const said = `Another sandbox keeps its data in DATA_DIR (${config.dataDir}).`;
    throw new CelesteError('sandbox_data_in_use', said, {
      advice: 'Stop the other service or sandbox, or set DATA_DIR to another folder.',
    });
  }
  throw failed(message.error.message ?? message.error.code);
}

function firstMessage(thread: Worker): Promise<Message> {
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', (error) => reject(failed(error instanceof Error ? error.message : '', error)));
    thread.once('exit', (code) => reject(failed(`it ended with code ${code}`)));
  });
}

function failed(why: string, cause?: unknown): CelesteError {
  return new CelesteError('sandbox_failed', `The sandbox did not start: ${why}.`, { cause });
}
