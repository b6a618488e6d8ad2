// Mailboxes of a yacht at the sandbox, and the code that keeps them in sync, wired as src/app.ts wires it but
// without HTTP and jobs: a story tells what happens in the mailbox and says when to sync.
import { randomBytes } from 'node:crypto';

import type { Kysely } from 'kysely';
import type { Dispatcher } from 'undici';

import { createLog } from '#base/log.ts';
import { createSealer } from '#base/sealing.ts';
import { createKysely, openPool } from '#db/connect.ts';
import { createOauthStates } from '#directory/oauth-states.ts';
import type { Principal } from '#directory/principal.ts';
import type { ConnectDeps } from '#mailboxes/connect.ts';
import { type GapState, listGaps } from '#mailboxes/gaps.ts';
import type { Purpose } from '#microsoft/scopes.ts';
import { type SyncRequest, type SyncResult, syncMailbox } from '#sync/sync.ts';
import type { TenantSchema } from '#tenants/schema.ts';
import { asWorker, createTenants } from '#tenants/tenants.ts';

import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { connectAs, principalOf } from './connect.ts';
import { expectEqualToMailbox } from './oracle.ts';
import { createMaster, createTenant } from './postgres.ts';
import { wire } from './wiring.ts';

/** A clock that a story may turn forward. */
export type StoryClock = { now(): Date; forward(milliseconds: number): void };

export type MailWorld = Awaited<ReturnType<typeof makeWorld>>;

type Options = {
  /** Replaces the secret of the read app, as an operator might mistype it. */
  readSecret?: string;
  /** Default `corvina`. */
  yachtId?: string;
  /** What carries our requests to Graph, for stories that watch or disturb the line. */
  dispatcher?: Dispatcher;
  /** Another yacht of the same fleet, at the same Microsoft. */
  beside?: MailWorld;
};

/** A sandbox, one MASTER, one TENANT, and two processes' worth of nothing running by itself. Close it. */
export async function createMailWorld(options: Options = {}): Promise<MailWorld> {
  const { beside } = options;
  if (beside) return makeWorld(options, beside);
  const clock = storyClock();
  const sandbox = await startSandbox({ port: 0, world: 'empty', clock });
  const master = await createMaster();
  const world = await makeWorld(options, { clock, sandbox, master, urls: new Map() });
  const close = async () => {
    await world.close();
    await sandbox.close();
    await master.close();
  };
  return { ...world, close };
}

type Fleet = {
  clock: StoryClock;
  sandbox: Sandbox;
  master: Awaited<ReturnType<typeof createMaster>>;
  /** Where each yacht's data is. */
  urls: Map<string, string>;
};

async function makeWorld(options: Options, { clock, sandbox, master, urls }: Fleet) {
  const tenant = await createTenant();
  const yachtId = options.yachtId ?? 'corvina';
  urls.set(yachtId, tenant.url);
  const locate = async (id: string) => ({ url: urls.get(id) ?? '' });
  const tenants = createTenants({ locate, poolMax: 4, idleMs: 30_000, log: createLog('silent') });
  await master.db
    .insertInto('fleet_registry')
    .values({
      yacht_id: yachtId,
      yacht_name: yachtId,
      tenant_key_alias: yachtId.toUpperCase(),
      sealed_database_url: null,
    })
    .execute();
  const tokenKey = randomBytes(32);
  const sealer = createSealer([{ kid: 'test', key: tokenKey }]);
  const { readSecret, dispatcher } = options;
  const wired = wire({
    sandbox,
    master: master.db,
    tenants,
    sealer,
    clock,
    readSecret,
    dispatcher,
  });
  const db = workersView(tenant.url, yachtId);
  const states = createOauthStates({ master: master.db, sealer, clock });
  const connectDeps: ConnectDeps = { ...wired, states };

  const world = {
    ...wired,
    sandbox,
    store: sandbox.store,
    master,
    tenant,
    db,
    clock,
    urls,
    connectDeps,
    yachtId,
    /** For a second process on the same databases. */
    tokenKey: tokenKey.toString('base64url'),
    /** Somebody aboard, with an Outlook mailbox of the same address. */
    person: (address: string): Principal => {
      if (!sandbox.store.mailbox(address)) sandbox.store.createMailbox({ address, displayName: address });
      return principalOf(address, yachtId);
    },
    /** The whole trip to Microsoft and back. */
    connect: (
      principal: Principal,
      { purpose = 'read', account = principal.email, shared = false }: ConnectOptions = {},
    ) => connectAs(connectDeps, principal, { purpose, account, shared }),
    /** One round of the person's mailbox. */
    sync: async (principal: Principal, more: Partial<SyncRequest> = {}): Promise<SyncResult> =>
      syncMailbox(wired.syncDeps, { yachtId, watcherId: (await world.watcher(principal)).id, ...more }),
    watcher: (principal: Principal) =>
      db
        .selectFrom('email_watchers')
        .selectAll()
        .where('user_id', '=', principal.userId)
        .orderBy('created_at', 'desc')
        .executeTakeFirstOrThrow(),
    /** The ledger of the person's mailbox: open gaps first, then the latest. */
    gaps: async (principal: Principal): Promise<GapState[]> => {
      const { id } = await world.watcher(principal);
      return wired.tenants.read(asWorker(yachtId), (tx) => listGaps(tx, id));
    },
    /** Fails unless our copy of the person's mailbox is the mailbox. */
    expectEqual: async (principal: Principal) =>
      expectEqualToMailbox(sandbox.store, principal.email, {
        db,
        watcherId: (await world.watcher(principal)).id,
      }),
    close: async () => {
      await wired.graph.close();
      await db.destroy();
      await tenants.close();
      await tenant.close();
    },
  };
  return world;
}

/** The yacht's rows as the worker sees them, outside the door: what a story looks at and tampers with. */
function workersView(url: string, yachtId: string): Kysely<TenantSchema> {
  const asWorker = new URL(url);
  asWorker.searchParams.set('options', `-c role=celeste_worker -c celeste.yacht_id=${yachtId}`);
  return createKysely<TenantSchema>(openPool(asWorker.href, { max: 3, idleMs: 5_000 }));
}

/** `shared`: shared mailboxes may be opened too. */
type ConnectOptions = { purpose?: Purpose; account?: string; shared?: boolean };

export function storyClock(): StoryClock {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    forward: (milliseconds) => {
      ahead += milliseconds;
    },
  };
}
