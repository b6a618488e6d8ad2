// `celeste start`: everything in one process, for a laptop and for trying it out. Without an Azure app it
// brings its own Microsoft and two demo yachts.

import { createService } from '#app.ts';
import { systemClock } from '#base/clock.ts';
import { keepHeapSmall } from '#base/heap.ts';
import type { Config } from '#config/config.ts';
import { refuseTakenPort } from '#http/server.ts';
import { type Fleet, openFleet } from '#tenants/fleet.ts';

import { seedDemoFleet } from './demo-fleet.ts';
import { readSettings, type Settings, stopOnSignal } from './process.ts';
import { type SandboxThread, startSandbox } from './sandbox.ts';

/** Starts everything and stays until it is told to stop. @throws CelesteError for what keeps it from starting */
export async function start(): Promise<void> {
  const settings = readSettings();
  const { config, log } = settings;
  await refuseTakenPort(config.http);
  keepHeapSmall();
  say('Celeste Mail is starting …');
  const running: Stoppable[] = [];
  const stop = async () => {
    for (const each of running.reverse()) await each();
  };
  stopOnSignal(log, stop);
  try {
    const { sandbox, fleet } = await openGround(settings, running);
    await prepare(settings, fleet, sandbox !== null);
    const service = await createService({ ...settings, fleet, role: 'worker' });
    running.push(service.stop);
    await service.startApi();
    await service.startWorker();
    welcome(config, sandbox);
  } catch (error) {
    await stop();
    throw error;
  }
}

type Stoppable = () => Promise<void>;

/** The database and the sandbox, side by side: both take seconds. */
async function openGround(settings: Settings, running: Stoppable[]) {
  const { config, log } = settings;
  const openingFleet = openFleet(settings).then((fleet) => {
    running.push(fleet.close);
    return fleet;
  });
  const openingSandbox =
    config.sandboxPort === null
      ? null
      : startSandbox(config, config.sandboxPort, log).then((sandbox) => {
          running.push(sandbox.stop);
          return sandbox;
        });
  const [fleet, sandbox] = await Promise.allSettled([openingFleet, openingSandbox]);
  if (fleet.status === 'rejected') throw fleet.reason;
  if (sandbox.status === 'rejected') throw sandbox.reason;
  return { fleet: fleet.value, sandbox: sandbox.value };
}

async function prepare({ config, log }: Settings, fleet: Fleet, demo: boolean): Promise<void> {
  const failed = await fleet.migrate();
  if (demo) return seedDemoFleet({ config, fleet }, systemClock);
  for (const { yachtId, error } of failed) {
    log.error({ err: error, yacht_id: yachtId }, 'this yacht is left out: its database is not ready');
  }
}

function welcome({ http, dataDir }: Config, sandbox: SandboxThread | null): void {
  say('', `  Celeste Mail is ready: ${http.appUrl}`, '');
  if (sandbox) {
    say(
      '  This is a demo: sign in with one click as a member of one of two crews, then connect Outlook.',
      `  "Microsoft" is our own sandbox at ${sandbox.url}; no mail leaves or reaches this machine.`,
      '  For real mailboxes set AZURE_READ_APP_ID and AZURE_READ_CLIENT_SECRET (see .env.example).',
      '',
    );
  }
  say(`  Stop with Ctrl-C. Everything is kept in ${dataDir} for the next start.`, '');
}

function say(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
