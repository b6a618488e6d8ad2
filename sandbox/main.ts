// `npm run sandbox`, and the entry of the worker thread in which `npm start` runs it.

import { parseArgs } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';

import type { SandboxOptions } from './options.ts';
import { DEFAULT_PORT } from './options.ts';
import { startSandbox } from './server.ts';

const USAGE = `npm run sandbox -- [options]
  --port N         http (default ${DEFAULT_PORT})
  --https-port N   https with a certificate of its own (default: one more than --port); "none" for none
  --host ADDRESS   default 127.0.0.1
  --data DIR       keep what happens across restarts (default: .data/sandbox); "none" keeps nothing
  --world NAME     demo or empty (default demo)
  --seed N         of the demo world (default 1)
  --latency MS     how long each Graph request takes at least (default 20)
  --live           mail arrives while you look`;

function optionsFromArguments(): Partial<SandboxOptions> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      ...{ port: text, 'https-port': text, host: text, data: text, world: text, seed: text, latency: text },
      live: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    process.exit(0);
  }
  const port = whole(values.port, '--port') ?? DEFAULT_PORT;
  const world = values.world ?? 'demo';
  if (world !== 'demo' && world !== 'empty') throw new Error('--world must be demo or empty.');
  return {
    port,
    httpsPort:
      values['https-port'] === 'none' ? null : (whole(values['https-port'], '--https-port') ?? port + 1),
    host: values.host ?? '127.0.0.1',
    dataDir: values.data === 'none' ? null : (values.data ?? '.data/sandbox'),
    world,
    seed: whole(values.seed, '--seed') ?? 1,
    latencyMs: whole(values.latency, '--latency') ?? 20,
    live: values.live ?? false,
  };
}

function whole(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Error(`${name} must be a whole number, not "${text}".`);
  return Number(text);
}

/** One line for a person, never a stack trace. */
function explain(error: unknown): { code: string; message: string; port: number | null } {
  const {
    code = 'sandbox_failed',
    port = null,
    message = String(error),
  } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') {
    return {
      code,
      port,
      message: `Port ${port} is in use. Stop what runs there or choose another with --port.`,
    };
  }
  return { code, port, message };
}

async function runAlone(): Promise<void> {
  const sandbox = await startSandbox(optionsFromArguments());
  process.stdout.write(
    `Sandbox (not Microsoft): ${sandbox.url}${sandbox.httpsUrl ? ` and ${sandbox.httpsUrl}` : ''}\n`,
  );
  for (const { address, shared } of sandbox.store.mailboxes()) {
    process.stdout.write(`  ${address}${shared ? ' (shared)' : ''}\n`);
  }
  const stop = () => void sandbox.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

/** In a worker thread: posts `{ready}` or `{error}`, stops on `{stop: true}`. */
async function runInThread(port: NonNullable<typeof parentPort>): Promise<void> {
  const sandbox = await startSandbox(workerData as Partial<SandboxOptions>);
  port.on('message', (message: { stop?: boolean }) => {
    if (message.stop) void sandbox.close().then(() => port.close());
  });
  port.postMessage({ ready: { url: sandbox.url, httpsUrl: sandbox.httpsUrl } });
}

try {
  await (parentPort ? runInThread(parentPort) : runAlone());
} catch (error) {
  const explained = explain(error);
  if (parentPort) {
    parentPort.postMessage({ error: explained });
    parentPort.close();
  } else {
    process.stderr.write(`sandbox: ${explained.message}\n`);
    process.exitCode = 1;
  }
}
