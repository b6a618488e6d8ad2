// Every address of the page. Each screen is its own download: at sea one pays for what one opens.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';

import { ApiProblem } from '../api/problem.ts';
import { meQuery } from '../api/session.ts';
import type { CallbackResult } from '../features/settings/callback-notice.tsx';
import { CrashPage, NotFoundPage, Waiting } from './fallbacks.tsx';
import { part } from './parts.ts';
import { queryClient, whenSignedOut } from './query-client.ts';
import { Shell } from './shell.tsx';

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
function oneOf<const T extends string>(value: unknown, ...allowed: T[]): T | undefined {
  return allowed.find((each) => each === value);
}

type Search = Record<string, unknown>;
type SignInSearch = { next?: string | undefined; expired?: true | undefined };
type InboxSearch = {
  mailbox?: string | undefined;
  filter?: 'unread' | undefined;
  pane?: 'record' | undefined;
};
type WorkOrdersSearch = { q?: string | undefined; status?: string | undefined; thread?: string | undefined };
type EquipmentSearch = { q?: string | undefined; thread?: string | undefined };

const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Search): SignInSearch => ({
    next: text(search.next),
    expired: search.expired === true ? true : undefined,
  }),
  component: lazyRouteComponent(
    part(() => import('./pages/sign-in.tsx')),
    'SignIn',
  ),
});

const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(meQuery);
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) {
        throw redirect({
          to: '/sign-in',
          search: { next: location.href === '/' ? undefined : location.href },
        });
      }
      throw error;
    }
  },
  component: Shell,
  errorComponent: CrashPage,
  pendingComponent: Waiting,
});

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/inbox' });
  },
});

const inboxRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/inbox',
  validateSearch: (search: Search): InboxSearch => ({
    filter: oneOf(search.filter, 'unread'),
    mailbox: text(search.mailbox),
    pane: oneOf(search.pane, 'record'),
  }),
  component: lazyRouteComponent(
    part(() => import('./pages/inbox.tsx')),
    'Inbox',
  ),
});
const inboxThreadRoute = createRoute({ getParentRoute: () => inboxRoute, path: '/$threadId' });

const workOrdersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/work-orders',
  validateSearch: (search: Search): WorkOrdersSearch => ({
    q: text(search.q),
    status: text(search.status),
    thread: text(search.thread),
  }),
  component: lazyRouteComponent(
    part(() => import('./pages/work-orders.tsx')),
    'WorkOrders',
  ),
});
const workOrderRoute = createRoute({ getParentRoute: () => workOrdersRoute, path: '/$id' });

const equipmentRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/equipment',
  validateSearch: (search: Search): EquipmentSearch => ({ q: text(search.q), thread: text(search.thread) }),
  component: lazyRouteComponent(
    part(() => import('./pages/equipment.tsx')),
    'EquipmentScreen',
  ),
});
const equipmentItemRoute = createRoute({ getParentRoute: () => equipmentRoute, path: '/$id' });

const syncRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/sync',
  component: lazyRouteComponent(() => import('./pages/sync.tsx'), 'Sync'),
});
const syncMailboxRoute = createRoute({ getParentRoute: () => syncRoute, path: '/$id' });

const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  validateSearch: (search: Search): CallbackResult => ({
    outlook: oneOf(search.outlook, 'connected', 'error', 'confirm_account'),
    purpose: oneOf(search.purpose, 'read', 'write'),
    code: text(search.code),
    state: text(search.state),
    account: text(search.account),
  }),
  component: lazyRouteComponent(
    part(() => import('./pages/settings.tsx')),
    'Settings',
  ),
});

const routeTree = rootRoute.addChildren([
  signInRoute,
  shellRoute.addChildren([
    homeRoute,
    inboxRoute.addChildren([inboxThreadRoute]),
    workOrdersRoute.addChildren([workOrderRoute]),
    equipmentRoute.addChildren([equipmentItemRoute]),
    syncRoute.addChildren([syncMailboxRoute]),
    settingsRoute,
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  defaultPendingComponent: Waiting,
  defaultErrorComponent: CrashPage,
  defaultNotFoundComponent: NotFoundPage,
});

whenSignedOut(() => {
  if (router.state.location.pathname === '/sign-in') return;
  const next = router.state.location.href;
  queryClient.clear();
  void router.navigate({ to: '/sign-in', search: { next, expired: true } });
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
