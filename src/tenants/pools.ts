// One small pool per yacht in use. A thousand yachts are a thousand rows in the registry, not a thousand pools.
import type { PostgresPool } from 'kysely';

import { CelesteError } from '#base/errors.ts';
import type { Log } from '#base/log.ts';
import { openPool, type Pool } from '#db/connect.ts';
import { createPipelinedDatabase, type PipelinedDatabase } from '#db/pipeline.ts';
import { isLostConnection } from '#db/trouble.ts';

import type { TenantSchema } from './schema.ts';

/** Where a yacht's database is; null when there is no such yacht, or it is not active. */
export type LocateTenant = (yachtId: string) => Promise<{ url: string } | null>;

export type TenantPoolsOptions = {
  locate: LocateTenant;
  poolMax: number;
  idleMs: number;
  maxOpen: number;
  log: Log;
};

export interface TenantPools {
  /** Runs `fn` with the yacht's database, opening a pool when there is none. */
  use<T>(yachtId: string, fn: (db: PipelinedDatabase<TenantSchema>) => Promise<T>): Promise<T>;
  /** The yachts that are open. */
  open(): string[];
  /** Ends every pool once the transactions running in it are over. */
  close(): Promise<void>;
}

type Tenant = {
  yachtId: string;
  url: string;
  db: PipelinedDatabase<TenantSchema>;
  users: number;
  lastUsedAt: number;
  locatedAt: number;
  retired: boolean;
};

// So long a yacht that was moved or closed in the registry is still served from where it was.
const LOCATION_TTL_MS = 30_000;
// So often a database that is away is tried.
const PROBE_EVERY_MS = 1_000;

export function createTenantPools(options: TenantPoolsOptions): TenantPools {
  const tenants = new Map<string, Tenant>();
  const locating = new Map<string, Promise<Tenant>>();
  const closing = new Set<Promise<void>>();
  let closed = false;

  const end = (tenant: Tenant) => {
    const ended: Promise<void> = tenant.db
      .destroy()
      .catch((err: unknown) =>
        options.log.warn({ err, yacht_id: tenant.yachtId }, 'tenant pool did not close'),
      )
      .finally(() => closing.delete(ended));
    closing.add(ended);
  };
  const retire = (tenant: Tenant) => {
    tenant.retired = true;
    tenants.delete(tenant.yachtId);
    if (tenant.users === 0) end(tenant);
  };
  const release = (tenant: Tenant) => {
    tenant.users -= 1;
    tenant.lastUsedAt = Date.now();
    if (tenant.retired && tenant.users === 0) end(tenant);
  };

  const locate = async (yachtId: string): Promise<Tenant> => {
    const place = await options.locate(yachtId);
    const known = tenants.get(yachtId);
    if (known !== undefined && known.url === place?.url) {
      known.locatedAt = Date.now();
      return known;
    }
    if (known !== undefined) retire(known);
    if (place === null) throw new CelesteError('yacht_not_found', `There is no yacht "${yachtId}".`);
    const tenant = openTenant(yachtId, place.url, options);
    tenants.set(yachtId, tenant);
    makeRoom(tenants, options.maxOpen, tenant).forEach(retire);
    return tenant;
  };
  const obtain = async (yachtId: string): Promise<Tenant> => {
    // What comes late, a timer or a request, must not open anything again.
    if (closed) throw unavailable(yachtId, new Error('this process is ending'));
    const known = tenants.get(yachtId);
    if (known !== undefined && Date.now() - known.locatedAt < LOCATION_TTL_MS) return known;
    const pending = locating.get(yachtId) ?? locate(yachtId).finally(() => locating.delete(yachtId));
    locating.set(yachtId, pending);
    return pending;
  };

  const sweep = setInterval(() => {
    const before = Date.now() - options.idleMs;
    for (const tenant of [...tenants.values()]) {
      if (tenant.users === 0 && tenant.lastUsedAt < before) retire(tenant);
    }
  }, options.idleMs / 2);
  sweep.unref();

  return {
    use: async (yachtId, fn) => {
      let tenant = await obtain(yachtId);
      while (tenant.retired) tenant = await obtain(yachtId);
      tenant.users += 1;
      try {
        return await fn(tenant.db);
      } catch (error) {
        throw isLostConnection(error) ? unavailable(yachtId, error) : error;
      } finally {
        release(tenant);
      }
    },
    open: () => [...tenants.keys()],
    close: async () => {
      closed = true;
      clearInterval(sweep);
      [...tenants.values()].forEach(retire);
      while (closing.size > 0) await Promise.all(closing);
    },
  };
}

/** The unused tenants to let go so that no more than `maxOpen` stay: those unused for longest first. */
function makeRoom(tenants: Map<string, Tenant>, maxOpen: number, newcomer: Tenant): Tenant[] {
  const unused = [...tenants.values()].filter((tenant) => tenant.users === 0 && tenant !== newcomer);
  unused.sort((a, b) => a.lastUsedAt - b.lastUsedAt);
  return unused.slice(0, Math.max(0, tenants.size - maxOpen));
}

function openTenant(yachtId: string, url: string, options: TenantPoolsOptions): Tenant {
  const pool = openPool(url, {
    max: options.poolMax,
    idleMs: options.idleMs,
    pipeline: true,
    onError: (err) => options.log.debug({ err, yacht_id: yachtId }, 'tenant connection lost'),
  });
  const reachable = failingFast(pool, (error) => unavailable(yachtId, error));
  const db = createPipelinedDatabase<TenantSchema>(reachable);
  const now = Date.now();
  return { yachtId, url, db, users: 0, lastUsedAt: now, locatedAt: now, retired: false };
}

/**
 * The pool, with an error of ours for what goes wrong on the way to a connection; what a query says is the caller's
 * to judge. While the database is away only one caller at a time waits to find out; the others are told at once,
 * so that a dead yacht ties up nobody.
 */
function failingFast(pool: Pool, explain: (error: unknown) => CelesteError): PostgresPool {
  let failure: { at: number; error: unknown } | null = null;
  let probing = false;
  const connect = async () => {
    if (failure && (probing || Date.now() - failure.at < PROBE_EVERY_MS)) throw explain(failure.error);
    probing = failure !== null;
    try {
      const client = await pool.connect();
      failure = null;
      return client;
    } catch (error) {
      // With connections alive it was only their being in use that let this one wait in vain.
      if (pool.totalCount === 0) failure = { at: Date.now(), error };
      throw explain(error);
    } finally {
      probing = false;
    }
  };
  return { connect, end: () => pool.end(), options: pool.options };
}

function unavailable(yachtId: string, cause: unknown): CelesteError {
  return new CelesteError('tenant_unavailable', `The database of yacht "${yachtId}" cannot be reached.`, {
    cause,
    advice:
      'It is tried again by itself; if it stays away, check its <alias>_DATABASE_URL with celeste doctor.',
  });
}
