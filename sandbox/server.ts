// Our own Microsoft: sign-in and Graph for invented mailboxes, on this machine. It keeps what it is told,
// refuses what Microsoft refuses and limits what Microsoft limits.
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

import { loadCertificate } from './certificate.ts';
import type { SandboxContext } from './context.ts';
import { createControl } from './control/control.ts';
import { FaultList } from './control/faults.ts';
import { homePage } from './control/home.ts';
import { LiveMail } from './control/live.ts';
import { RequestLog } from './control/request-log.ts';
import type { Settings } from './control/settings.ts';
import { defaultSettings } from './control/settings.ts';
import { ConductBook } from './graph/conduct.ts';
import { createGraph } from './graph/graph.ts';
import { Limiter } from './graph/limits.ts';
import { resumeSending } from './graph/outgoing.ts';
import type { SandboxRequest, SandboxResponse } from './http.ts';
import { listener } from './http.ts';
import { createIdentity } from './identity/identity.ts';
import { loadKeys } from './identity/keys.ts';
import { DEMO_APPS, IdentityState } from './identity/state.ts';
import { Notifications } from './notifications/notifications.ts';
import { SubscriptionState } from './notifications/subscription-state.ts';
import type { SandboxOptions } from './options.ts';
import { defaultOptions } from './options.ts';
import type { Journal } from './store/journal.ts';
import { openJournal } from './store/journal.ts';
import type { SandboxStore } from './store/sandbox-store.ts';
import { createStore } from './store/store.ts';
import { worldMark } from './store/world-mark.ts';

export type Sandbox = {
  url: string;
  httpsUrl: string | null;
  /** PEM of the https certificate, for clients to trust. */
  certificate: string | null;
  store: SandboxStore;
  identity: IdentityState;
  faults: FaultList;
  requests: RequestLog;
  settings: Settings;
  live: LiveMail;
  /** What each application has had in flight, and whether it waits when it is told to. */
  conduct: ConductBook;
  /** Subscriptions and the way of notifications to their endpoints. */
  notifications: Notifications;
  subscriptions: SubscriptionState;
  close(): Promise<void>;
};

/** Starts a sandbox and answers once it listens. @throws when a port is taken (`code` EADDRINUSE) */
export async function startSandbox(given: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const options: SandboxOptions = { ...defaultOptions, ...given };
  const { context, journal, live } = await createContext(options);
  const handle = createHandler(context, live);
  const certificate = options.httpsPort === null ? null : await loadCertificate(options.dataDir);
  const servers: Server[] = [];
  const close = async () => {
    live.stop();
    context.notifications.close();
    await Promise.all(servers.map(closeServer));
    journal.close();
  };
  try {
    const server = createServer(listener(handle));
    servers.push(server);
    const port = await listen(server, options.port, options.host);
    let httpsPort: number | null = null;
    if (certificate && options.httpsPort !== null) {
      const secure = createSecureServer({ key: certificate.key, cert: certificate.cert }, listener(handle));
      servers.push(secure);
      httpsPort = await listen(secure, options.httpsPort, options.host);
    }
    const { store, identity, faults, requests, settings, notifications, subscriptions, conduct } = context;
    return {
      url: `http://localhost:${port}`,
      httpsUrl: httpsPort === null ? null : `https://localhost:${httpsPort}`,
      certificate: certificate?.cert ?? null,
      ...{ store, identity, faults, requests, settings, live, notifications, subscriptions, conduct, close },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function createContext(options: SandboxOptions) {
  const now = () => options.clock.now();
  const settings = defaultSettings(options.latencyMs);
  const epoch = options.epoch ?? now();
  const header = {
    version: 1 as const,
    world: options.world,
    seed: options.seed,
    epoch: epoch.toISOString(),
  };
  const journal = openJournal(options.dataDir, header, now);
  const store = createStore(journal.now);
  const identity = new IdentityState(
    DEMO_APPS.map((app) => ({ ...app, redirectUris: [...app.redirectUris, ...options.redirectUris] })),
  );
  await buildWorld(store, journal);
  const world = worldMark(store);
  const subscribed = new SubscriptionState();
  journal.replay({ store, identity, subscriptions: subscribed });
  const kept = {
    store: journal.record('store', store, STORE_CHANGES),
    identity: journal.record('identity', identity, IDENTITY_CHANGES),
    subscriptions: journal.record('subscriptions', subscribed, ['add', 'change', 'remove']),
  };
  const context: SandboxContext = {
    ...kept,
    notifications: new Notifications({ ...kept, settings: settings.notifications, now }),
    keys: await loadKeys(options.dataDir),
    ...{ settings, world, now },
    faults: new FaultList(),
    requests: new RequestLog(),
    limiter: new Limiter(settings),
    conduct: new ConductBook(),
  };
  resumeSending(context);
  const live = new LiveMail(context, journal.header.seed);
  if (journal.header.world === 'demo') {
    const { nextLiveMessage } = await import('./world/live.ts');
    live.setSource(({ address, n, now: at }) =>
      nextLiveMessage(context.store, address, { now: at, seed: n }),
    );
  }
  if (options.live) live.start({});
  return { context, journal, live };
}

const STORE_CHANGES = [
  ...(['createMailbox', 'createFolder', 'renameFolder', 'moveFolder', 'deleteFolder', 'deliver'] as const),
  ...(['updateMessage', 'moveMessage', 'copyMessage', 'addAttachment', 'deleteMessage'] as const),
  ...(['restoreMessage', 'sendMessage', 'expireDelta', 'bulk', 'grantAccess', 'withdrawAccess'] as const),
  ...(['moveMessages', 'poisonMessage'] as const),
];
const IDENTITY_CHANGES = [
  ...(['registerApp', 'configure', 'consent', 'withdrawConsent', 'revoke', 'expireAccess'] as const),
];

/** The demo world comes from its seed and the day of the first start: it is not written to the journal. */
async function buildWorld(store: SandboxStore, journal: Journal): Promise<void> {
  const { world, seed, epoch } = journal.header;
  if (world !== 'demo') return;
  const { buildWorld: build } = await import('./world/world.ts');
  const day = new Date(epoch);
  journal.at(day, () => build(store, { seed, epoch: day }));
}

function createHandler(context: SandboxContext, live: LiveMail) {
  const graph = createGraph(context);
  const identity = createIdentity(context);
  const control = createControl(context, live);
  return async (request: SandboxRequest): Promise<SandboxResponse> =>
    (await control(request)) ??
    (await graph(request)) ??
    (await identity(request)) ??
    homePage(context, request) ?? {
      status: 404,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'The sandbox has nothing at this address.',
    };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) return resolve();
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
