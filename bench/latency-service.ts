// The whole service in this process on an embedded server of its own, with the demo crew's mailboxes connected: as
// `npm start` runs it, but for the sandbox, which the measurement holds.
import { type AddressInfo, createServer } from 'node:net';

import { createService } from '#app.ts';
import { systemClock } from '#base/clock.ts';
import { createLog } from '#base/log.ts';
import { seedDemoFleet } from '#cli/demo-fleet.ts';
import { loadConfig, sandboxMicrosoft } from '#config/config.ts';
import { loadSecrets } from '#config/secrets.ts';
import { listCrew } from '#directory/directory.ts';
import { type Fleet, openFleet } from '#tenants/fleet.ts';

import { signInAtSandbox } from '../tests/support/sign-in.ts';

export const YACHT = 'corvina';

export type LatencyService = {
  fleet: Fleet;
  /** Connects the Outlook mailbox of one of the crew. */
  connect(address: string): Promise<void>;
  stop(): Promise<void>;
};

/** `push`: the sandbox may notify it; else its mailboxes are polled. */
export async function startService(
  dataDir: string,
  sandboxUrl: string,
  push: boolean,
): Promise<LatencyService> {
  const env = { DATA_DIR: dataDir, SANDBOX_PORT: new URL(sandboxUrl).port };
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const config = {
    ...loadConfig(env),
    http: { host: '127.0.0.1', port, appUrl: url },
    microsoft: sandboxMicrosoft(Number(env.SANDBOX_PORT)),
    webhookUrl: push ? url : null,
  };
  const log = createLog('error', { format: 'text' });
  const secrets = loadSecrets(env, config);
  const fleet = await openFleet({ config, secrets, log });
  await fleet.migrate();
  await seedDemoFleet({ config, fleet }, systemClock);
  const service = await createService({ config, secrets, fleet, log, role: 'worker', webFolder: null });
  await service.startApi();
  await service.startWorker();
  return {
    fleet,
    connect: (address) => connect(fleet, url, address),
    stop: async () => {
      await service.stop();
      await fleet.close();
    },
  };
}

async function connect(fleet: Fleet, url: string, address: string): Promise<void> {
  const person = (await listCrew(fleet.master, YACHT)).find(({ email }) => email === address);
  const signedIn = await fetch(`${url}/api/auth/demo/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ user_id: person?.userId }),
  });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  const asked = await fetch(`${url}/auth/outlook/authorize?purpose=read`, { headers: { cookie } });
  const { url: authorizeUrl } = (await asked.json()) as { url: string };
  const back = await signInAtSandbox(authorizeUrl, address);
  const done = await fetch(url + back.pathname + back.search, { headers: { cookie }, redirect: 'manual' });
  if (!done.headers.get('location')?.includes('outlook=connected'))
    throw new Error(`${address}: not connected`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
