// The composition root: the one file that knows every folder. It builds what a process needs of the product
// and starts the two roles a process can have: the API with the page, and the worker.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { type Clock, systemClock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Config } from '#config/config.ts';
import type { Secrets } from '#config/secrets.ts';
import { createAuth } from '#directory/auth.ts';
import { createBearerVerifier } from '#directory/bearer.ts';
import { listCrew, listDemoAccounts } from '#directory/directory.ts';
import { createEvents, type Events } from '#directory/events.ts';
import { storeNotifications } from '#directory/nudges.ts';
import { createOauthStates } from '#directory/oauth-states.ts';
import { createIdentify } from '#directory/principal.ts';
import { countSubscriptions } from '#directory/subscriptions.ts';
import { fleetStanding } from '#directory/yacht-standings.ts';
import { createHealthApp, createHttpApp, type HttpDeps } from '#http/app.ts';
import { createMetrics, type Metrics } from '#http/metrics.ts';
import { type HttpServer, listenHttp } from '#http/server.ts';
import { announcing } from '#jobs/announcing.ts';
import { createConnections, createEndMailbox, type EndMailbox } from '#jobs/connections.ts';
import { createHandlers, type HandlerDeps } from '#jobs/handlers.ts';
import { createStandingsKeeper } from '#jobs/keep-standings.ts';
import { createQueue, type Queue } from '#jobs/queue.ts';
import { type Sweeper, startSweeping } from '#jobs/sweeper.ts';
import { type Connected, createConnected } from '#mailboxes/connected.ts';
import { createGates, type Gates } from '#mailboxes/gate.ts';
import { createIdentities } from '#mailboxes/identities.ts';
import { createMailboxes, type Mailboxes } from '#mailboxes/mailbox.ts';
import { addSharedMailbox } from '#mailboxes/shared.ts';
import { createTokenVault } from '#mailboxes/token-vault.ts';
import { createTokens } from '#mailboxes/tokens.ts';
import { createGraphClient, type GraphClient } from '#microsoft/graph-client.ts';
import { measured } from '#microsoft/measured.ts';
import { deltaSource, listSource } from '#sync/source.ts';
import type { SubscriptionDeps } from '#sync/subscription-steps.ts';
import type { Fleet } from '#tenants/fleet.ts';
import type { GapKind } from '#tenants/schema.ts';

export type ServiceOptions = {
  config: Config;
  secrets: Pick<Secrets, 'authSecret'>;
  /** Opened by the caller, closed by it after `stop`. */
  fleet: Fleet;
  log: Log;
  clock?: Clock;
  /** A worker also keeps the queue's schedule; `startWorker` needs it. */
  role: 'api' | 'worker';
  /** Where the built page is; null: the API alone. */
  webFolder?: string | null;
};

export interface Service {
  /** Starts the API and the page. @throws CelesteError `port_in_use`, `port_refused` */
  startApi(): Promise<HttpServer>;
  /** Starts answering health checks and figures alone, for a worker. @throws as `startApi` */
  startHealth(at: { host: string; port: number }): Promise<HttpServer>;
  /** Starts taking jobs. */
  startWorker(): Promise<void>;
  /** Ends a mailbox of a yacht. @throws CelesteError `watcher_not_found`, `not_allowed` */
  endMailbox: EndMailbox;
  /** For tests: does all the work that is due, as workers would, and returns when there is none left. */
  drain(): Promise<void>;
  /** Ends within ten seconds: no new request or job; a sync finishes the page in hand. */
  stop(): Promise<void>;
}

export const VERSION: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version;
export const WEB_FOLDER = fileURLToPath(new URL('../web/dist', import.meta.url));

/** Builds a service on an open fleet whose MASTER is migrated. Nothing listens or works before it is told to. */
export async function createService(options: ServiceOptions): Promise<Service> {
  const parts = await createParts(options);
  const work = createWork(parts);
  const handlers = createHandlers(work);
  const http = createHttpDeps(parts);
  const { config, events, queue } = parts;
  let server: HttpServer | null = null;
  let sweeper: Sweeper | null = null;
  const listen = async (...where: Parameters<typeof listenHttp>) => {
    server = await listenHttp(...where);
    return server;
  };
  return {
    startApi: () => listen(createHttpApp(http).fetch, config.http),
    startHealth: (at) => listen(createHealthApp(http).fetch, at),
    startWorker: async () => {
      await queue.work(handlers, config.sync.concurrency);
      sweeper = startSweeping(work);
    },
    endMailbox: parts.endMailbox,
    drain: () => queue.drain(handlers),
    stop: async () => {
      await events.close();
      await Promise.all([server?.close(), sweeper?.stop(), queue.stop()]);
      await parts.graph.close();
      await parts.gates.close();
    },
  };
}

type Parts = Required<Omit<ServiceOptions, 'webFolder' | 'secrets' | 'role'>> & {
  webFolder: string | null;
  authSecret: string;
  queue: Queue;
  events: Events;
  metrics: Metrics;
  graph: GraphClient;
  gates: Gates;
  mailboxes: Mailboxes;
  connected: Connected;
  outlook: HttpDeps['outlook'];
  subscriptions: SubscriptionDeps;
  addShared: HttpDeps['shared']['add'];
  endMailbox: EndMailbox;
};

async function createParts({ secrets, role, ...options }: ServiceOptions): Promise<Parts> {
  const { config, fleet, log, clock = systemClock, webFolder = WEB_FOLDER } = options;
  const { master, masterUrl, tenants, sealer } = fleet;
  const vault = createTokenVault({ sealer, clock });
  const identities = createIdentities(config.microsoft);
  const metrics = createMetrics({ clock });
  const graph = measured(
    createGraphClient({ graphUrl: config.microsoft.graphUrl }),
    metrics.sync.graphAnswer,
  );
  const tokens = createTokens({ tenants, vault, identities, clock, log });
  const gates = createGates({ tenants, master, clock, log });
  const connected = createConnected({ tenants, master, clock, log });
  const mailboxes = createMailboxes({ tenants, tokens, graph, gates });
  const states = createOauthStates({ master, sealer, clock });
  const events = createEvents({ master, masterUrl, log });
  const queue = announcing(await createQueue({ masterUrl, log, role }), { master, clock });
  const syncIntervalMinutes = config.sync.intervalMinutes;
  const connecting = { states, identities, graph, gates, connected, tenants, vault, syncIntervalMinutes };
  metrics.push.watchSubscriptions(() =>
    countSubscriptions(master).catch((err) => {
      log.warn({ err }, 'the figures lack the subscriptions');
      return [];
    }),
  );
  metrics.sync.watchFleet(() =>
    fleetStanding(master).catch((err) => {
      log.warn({ err }, 'the figures lack the fleet');
      return null;
    }),
  );
  const { gapsOpened } = metrics.sync;
  const onState = metrics.push.subscriptionState;
  const push = { webhookUrl: config.webhookUrl, onState, onGap: (kind: GapKind) => gapsOpened([kind]) };
  const subscriptions = { master, tenants, mailboxes, clock, log, ...push };
  const doing = { events, queue, subscriptions };
  const outlook = createConnections({ connecting, ...doing, outlook: outlookOf(config) });
  const addShared: Parts['addShared'] = (...by) => addSharedMailbox({ ...connecting, tokens }, ...by);
  const endMailbox = createEndMailbox(doing);
  const own = { config, fleet, log, clock, webFolder, authSecret: secrets.authSecret };
  const mail = { graph, gates, mailboxes, connected, outlook, subscriptions, addShared, endMailbox };
  return { ...own, queue, events, metrics, ...mail };
}

function outlookOf({ http, microsoft }: Config) {
  return {
    redirectUri: `${http.appUrl}/auth/outlook/callback`,
    configured: { read: microsoft.read !== null, write: microsoft.write !== null },
  };
}

function createHttpDeps(parts: Parts): HttpDeps {
  const { config, fleet, log, clock, queue, events, metrics, mailboxes, outlook, webFolder } = parts;
  const { master, tenants } = fleet;
  const { appUrl } = config.http;
  const demo = config.sandboxPort !== null && !config.production;
  const auth = createAuth({ master, appUrl, secret: parts.authSecret, demo, log });
  const verifyBearer = createBearerVerifier(config.bearer, clock);
  return {
    appUrl,
    webFolder,
    log,
    metrics,
    outlook,
    identify: createIdentify({ master, auth, verifyBearer }),
    signIn: auth.handle,
    instance: {
      version: VERSION,
      sandboxUrl: demo ? config.microsoft.loginUrl : null,
      listDemoAccounts: () => listDemoAccounts(master),
    },
    health: {
      pingMaster: () => master.selectFrom('fleet_registry').select('yacht_id').limit(1).execute(),
      metricsToken: config.metricsToken,
    },
    aboard: {
      tenants,
      clock,
      events,
      openMailbox: mailboxes.open,
      openedBy: mailboxes.openedBy,
      crewNames: async (yachtId) =>
        new Map((await listCrew(master, yachtId)).map((crew) => [crew.userId, crew.displayName])),
    },
    webhooks: {
      storeNotifications: (received) => storeNotifications(master, received, clock.now()),
      wakeWorkers: () => queue.send('take-nudges', {}),
    },
    shared: {
      add: parts.addShared,
      end: (principal, order) => parts.endMailbox(principal.yachtId, { ...order, by: principal }),
      crew: (yachtId) => listCrew(master, yachtId),
    },
    wake: (yacht_id, watcher_id) => queue.send('sync-mailbox', { yacht_id, watcher_id }),
  };
}

function createWork({ config, fleet, metrics, mailboxes, connected, ...shared }: Parts): HandlerDeps {
  const { master, tenants } = fleet;
  const { clock, log, queue, events, subscriptions } = shared;
  const keepStanding = createStandingsKeeper({ master, clock, log });
  return {
    ...{ master, tenants, clock, log, queue, events, mailboxes, subscriptions },
    webhookUrl: config.webhookUrl,
    keepConnected: connected.keep,
    source: config.sync.delta ? deltaSource : listSource,
    onRound: metrics.sync.round,
    onNudge: ({ opened }) => {
      metrics.push.nudge();
      metrics.sync.gapsOpened(opened);
    },
    onStanding: async (yachtId, standing, outages) => {
      metrics.sync.gapsOpened(Array.from({ length: outages }, () => 'outage' as const));
      await keepStanding(yachtId, standing);
    },
  };
}
