// The HTTP interface: what guards every request, and where each route is found. Handlers are thin: they
// parse, call one verb of the product, and shape the answer.
import { randomUUID } from 'node:crypto';

import type { MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';

import { CelesteError } from '#base/errors.ts';
import type { Log } from '#base/log.ts';
import type { Events } from '#directory/events.ts';
import type { Identify } from '#directory/principal.ts';
import type { MailDeps } from '#threads/ports.ts';

import { refuseCrossSite, requirePrincipal } from './auth.ts';
import { limitBody } from './body-limit.ts';
import { type AppEnv, newRoutes } from './context.ts';
import type { Metrics } from './metrics.ts';
import { describeApi } from './openapi.ts';
import { noRouteResponse, problemResponse } from './problem.ts';
import { emailRoutes } from './routes/emails.ts';
import { equipmentRoutes } from './routes/equipment.ts';
import { eventRoutes } from './routes/events.ts';
import { type HealthDeps, healthRoutes } from './routes/health.ts';
import { type InstanceDeps, instanceRoutes } from './routes/instance.ts';
import { ledgerRoutes } from './routes/ledger.ts';
import { linkRoutes } from './routes/links.ts';
import { meRoutes } from './routes/me.ts';
import { type OutlookDeps, outlookCallbackRoute, outlookRoutes } from './routes/outlook.ts';
import { type SharedMailboxDeps, sharedMailboxRoutes } from './routes/shared-mailboxes.ts';
import { threadRoutes } from './routes/threads.ts';
import { type WatcherDeps, watcherRoutes } from './routes/watchers.ts';
import { type WebhookDeps, webhookRoutes } from './routes/webhooks.ts';
import { workOrderRoutes } from './routes/work-orders.ts';
import { securityHeaders } from './security.ts';
import { describeSignIn, SIGN_IN_DOORS, signIn } from './sign-in.ts';
import { servePage } from './static.ts';

const LONGEST_BODY = 1024 * 1024;

/** What the edge itself needs, and under a name of its own what single routes need. */
export type HttpDeps = {
  appUrl: string;
  /** The folder of the built web page; null for an API without one. */
  webFolder: string | null;
  log: Log;
  identify: Identify;
  /** better-auth's own handler. */
  signIn: (request: Request) => Promise<Response>;
  metrics: Metrics;
  instance: InstanceDeps;
  health: Omit<HealthDeps, 'metrics'>;
  outlook: OutlookDeps;
  /** What the routes about a yacht's mail and records have in common. */
  aboard: Omit<WatcherDeps, 'wake'> & MailDeps & { events: Events };
  shared: Pick<SharedMailboxDeps, 'add' | 'end' | 'crew'>;
  wake: WatcherDeps['wake'];
  webhooks: Omit<WebhookDeps, 'count'>;
};

/** Puts the whole HTTP interface together. Its type is what the web client is typed from. */
export function createHttpApp(deps: HttpDeps) {
  const app = newRoutes();
  app.onError(problemResponse);
  app.notFound(noRouteResponse(app));
  app.use(deps.metrics.measure, withRequestId(deps.log), securityHeaders(deps.appUrl));
  // The browser is at sea: what can be smaller is. Streams of events are left alone.
  app.use(compress(), limitBody(LONGEST_BODY), refuseCrossSite(deps.appUrl));
  describeApi(app, { version: deps.instance.version, secure: deps.appUrl.startsWith('https:') });
  describeSignIn(app);

  // Before what refuses with a problem: a person stands before it.
  const callback = outlookCallbackRoute({ finish: deps.outlook.finish, identify: deps.identify });
  const doors = app.route('/', callback);
  app.use(refuseNul);
  for (const { method, path } of SIGN_IN_DOORS) app.on(method, path, signIn(deps.signIn));
  const open = doors
    .route('/', instanceRoutes(deps.instance))
    .route('/', healthRoutes({ ...deps.health, metrics: deps.metrics }))
    .route('/', webhookRoutes({ ...deps.webhooks, count: deps.metrics.push.notifications }));

  const member = requirePrincipal(deps.identify);
  app.use('/api/*', member);
  app.use('/auth/outlook/*', member);
  const routes = open
    .route('/', meRoutes({ demo: deps.instance.sandboxUrl !== null }))
    .route('/', outlookRoutes(deps.outlook))
    .route('/', watcherRoutes({ ...deps.aboard, wake: deps.wake }))
    .route('/', sharedMailboxRoutes({ ...deps.aboard, ...deps.shared, wake: deps.wake }))
    .route('/', ledgerRoutes(deps.aboard))
    .route('/', threadRoutes(deps.aboard))
    .route('/', emailRoutes(deps.aboard))
    .route('/', linkRoutes(deps.aboard))
    .route('/', workOrderRoutes(deps.aboard))
    .route('/', equipmentRoutes(deps.aboard))
    .route('/', eventRoutes({ ...deps.aboard, identify: deps.identify, log: deps.log }));

  if (deps.webFolder) app.get('*', ...servePage(deps.webFolder));
  return routes;
}

/** What a process without the API answers: whether it is up, whether it can work, and its figures. */
export function createHealthApp({ health, metrics }: Pick<HttpDeps, 'health' | 'metrics'>) {
  const app = newRoutes();
  app.onError(problemResponse);
  app.notFound(noRouteResponse(app));
  return app.route('/', healthRoutes({ ...health, metrics }));
}

/** The routes with their inputs and outputs: `hc<AppType>(url)` is a typed client. */
export type AppType = ReturnType<typeof createHttpApp>;

function withRequestId(log: Log): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const requestId = randomUUID();
    c.set('requestId', requestId);
    c.set('log', log);
    await next();
    c.res.headers.set('X-Request-Id', requestId);
  };
}

/** PostgreSQL keeps no text with a NUL in it; a search for one would fail there. */
const refuseNul: MiddlewareHandler = async (c, next) => {
  if (/%00/.test(c.req.url)) {
    throw new CelesteError('invalid_request', 'The address of the request holds a NUL character.', {
      advice: 'Send it again without %00.',
    });
  }
  await next();
};
