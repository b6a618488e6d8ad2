// The whole service in this process, on real databases of its own and against whichever Microsoft a test names:
// two demo yachts with crew and records, the API on a free port, and background work done when a test says so.

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

import { createService, type Service } from '#app.ts';
import { type Clock, systemClock } from '#base/clock.ts';
import { createLog } from '#base/log.ts';
import { seedDemoFleet } from '#cli/demo-fleet.ts';
import { type Config, loadConfig, sandboxMicrosoft } from '#config/config.ts';
import { type Fleet, openFleet } from '#tenants/fleet.ts';

import { createMaster, createTenant } from './postgres.ts';

export type BootOptions = {
  /** Where the sandbox of the test answers; without one nothing at Microsoft can be reached. */
  sandboxUrl?: string;
  clock?: Clock;
  /** Adds a worker that takes jobs by itself; a test that uses `drain` needs none. */
  worker?: boolean;
  /** Has Microsoft notify the service. */
  push?: boolean;
  /** Changes to the configuration. */
  config?: Partial<Config>;
  /** The built page; not served unless given. */
  webFolder?: string;
  /** A service on whose databases this is one more process; stop it before that one. */
  beside?: TestService;
};

export type SignedIn = (path: string, init?: RequestInit) => Promise<Response>;

export type TestService = {
  url: string;
  fleet: Fleet;
  databases: Databases;
  /** Does all background work that is due, and what follows from it. */
  drain(): Promise<void>;
  /** Signs in as one of the demo crew: a `fetch` with their cookie, and origin, for paths. */
  signIn(userId: string): Promise<SignedIn>;
  stop(): Promise<void>;
};

/** Demo crew by role, as demo/*.json has them. */
export const CORVINA = {
  captain: '7c0f6a52-1d3e-4b58-9a41-0c0011220001',
  chiefEngineer: '7c0f6a52-1d3e-4b58-9a41-0c0011220002',
  eto: '7c0f6a52-1d3e-4b58-9a41-0c0011220003',
  purser: '7c0f6a52-1d3e-4b58-9a41-0c0011220004',
  deckhand: '7c0f6a52-1d3e-4b58-9a41-0c0011220005',
};
export const MELTEMI_ROSE = {
  captain: '7c0f6a52-1d3e-4b58-9a41-0c0011220101',
  chiefEngineer: '7c0f6a52-1d3e-4b58-9a41-0c0011220102',
};

const TOKEN_KEY = { kid: 'test', key: new Uint8Array(32).fill(42) };
const log = createLog('warn', { format: 'text' });

export async function bootService(options: BootOptions = {}): Promise<TestService> {
  const clock = options.clock ?? systemClock;
  const databases = options.beside?.databases ?? (await createDatabases());
  const config = await configure(options, databases);
  const secrets = { tokenKeys: [TOKEN_KEY], authSecret: 'a-secret-of-forty-characters-for-the-test' };
  const fleet = await openFleet({ config, secrets, log });
  if (!options.beside) await seedDemoFleet({ config, fleet }, clock);
  const service = await createService({
    config,
    secrets,
    fleet,
    log,
    clock,
    role: options.worker ? 'worker' : 'api',
    webFolder: options.webFolder ?? null,
  });
  await service.startApi();
  if (options.worker) await service.startWorker();
  return {
    url: config.http.appUrl,
    fleet,
    databases,
    drain: service.drain,
    signIn: (userId) => signIn(config.http.appUrl, userId),
    stop: () => stop(service, fleet, options.beside ? null : databases),
  };
}

type Databases = Awaited<ReturnType<typeof createDatabases>>;

async function createDatabases() {
  const [master, corvina, meltemi] = await Promise.all([createMaster(), createTenant(), createTenant()]);
  return { master, tenants: { CORVINA: corvina, MELTEMI_ROSE: meltemi } };
}

async function configure(options: BootOptions, { master, tenants }: Databases): Promise<Config> {
  const base = loadConfig({ SANDBOX_PORT: options.sandboxUrl ? new URL(options.sandboxUrl).port : '9' });
  const port = await freePort();
  const microsoft = sandboxMicrosoft(base.sandboxPort ?? 0);
  return {
    ...base,
    http: { host: '127.0.0.1', port, appUrl: `http://localhost:${port}` },
    databases: {
      ...base.databases,
      masterUrl: master.url,
      tenantUrl: (alias) => (alias in tenants ? tenants[alias as keyof typeof tenants].url : null),
    },
    microsoft,
    webhookUrl: options.push ? `http://localhost:${port}` : null,
    ...options.config,
  };
}

async function signIn(url: string, userId: string): Promise<SignedIn> {
  const answer = await fetch(`${url}/api/auth/demo/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ user_id: userId }),
  });
  if (!answer.ok) throw new Error(`demo sign-in failed: ${answer.status} ${await answer.text()}`);
  const cookie = answer.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  return (path, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('cookie', cookie);
    headers.set('origin', url);
    if (init.body && !headers.has('content-type')) headers.set('content-type', 'application/json');
    return fetch(`${url}${path}`, { redirect: 'manual', ...init, headers });
  };
}

async function stop(service: Service, fleet: Fleet, databases: Databases | null): Promise<void> {
  await service.stop();
  await fleet.close();
  if (databases === null) return;
  const { master, tenants } = databases;
  await Promise.all([master.close(), ...Object.values(tenants).map((tenant) => tenant.close())]);
}

/** A port nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
