// The one door to a yacht's data. `read` and `transact` open a transaction in that yacht's TENANT database, as
// a role that cannot bypass row-level security and with the caller's identity set for that transaction alone.
import { type Kysely, sql, type Transaction } from 'kysely';

import { CelesteError } from '#base/errors.ts';
import type { Log } from '#base/log.ts';
import type { Lastly } from '#db/pipeline.ts';
import type { Role } from '#directory/roles.ts';

import { createTenantPools, type LocateTenant } from './pools.ts';
import type { TenantSchema } from './schema.ts';

/** A person sees what that person may see; the worker sees the whole of one yacht. */
export type Caller = { kind: 'person'; userId: string; role: Role } | { kind: 'worker' };
export type TenantScope = { yachtId: string; caller: Caller };

/** Selects only, in a transaction that is read-only in the database too. */
export type TenantReader = Pick<Kysely<TenantSchema>, 'selectFrom' | 'with' | 'getExecutor'>;
export type TenantWriter = Transaction<TenantSchema>;

export interface Tenants {
  /** What `fn` resolves to. Throws `yacht_not_found`, `tenant_unavailable`, or what `fn` throws. */
  read<T>(scope: TenantScope, fn: (db: TenantReader) => Promise<T>): Promise<T>;
  /**
   * The same with a transaction that may write; committed when `fn` resolves, undone when it throws. Statements
   * issued without `await` between them are sent together and run in the order issued; the commit travels with those
   * given to `lastly`.
   */
  transact<T>(scope: TenantScope, fn: (tx: TenantWriter, lastly: Lastly) => Promise<T>): Promise<T>;
  /** Ends every connection. Waits for none of the transactions still running. */
  close(): Promise<void>;
}

export type TenantsOptions = {
  /** Where a yacht's database is, or null when there is no such (active) yacht. */
  locate: LocateTenant;
  /** Connections per yacht and process. */
  poolMax: number;
  /** Milliseconds after which a yacht nobody asks for is let go. */
  idleMs: number;
  /** Yachts kept open at once; beyond it the one unused for longest is let go. */
  maxOpen?: number;
  log: Log;
};

// A request waits for a person, a page of a sync for a disk.
const STATEMENT_TIMEOUT_MS = { person: 15_000, worker: 120_000 };
// Longer than any call to Microsoft that is made while a row is locked.
const IDLE_IN_TRANSACTION_MS = 120_000;

/** The scope of background work on one yacht. */
export const asWorker = (yachtId: string): TenantScope => ({ yachtId, caller: { kind: 'worker' } });

/** The door. One per process. */
export function createTenants(options: TenantsOptions): Tenants {
  const pools = createTenantPools({ maxOpen: 100, ...options });
  return {
    read: (scope, fn) =>
      pools.use(scope.yachtId, (db) =>
        db.transact({ accessMode: 'read only', open: (tx) => setCaller(tx, scope) }, fn),
      ),
    transact: (scope, fn) =>
      pools.use(scope.yachtId, (db) => db.transact({ open: (tx) => setCaller(tx, scope) }, fn)),
    close: () => pools.close(),
  };
}

// Local settings (the third argument) end with the transaction, so nothing of it reaches the connection's next
// user, behind a transaction pooler either. It travels with the transaction's begin and its first statement: should it
// fail, that one is refused by the server.
async function setCaller(tx: TenantWriter, { yachtId, caller }: TenantScope): Promise<void> {
  const isPerson = caller.kind === 'person';
  const userId = isPerson ? caller.userId : '';
  const role = isPerson ? caller.role : '';
  try {
    await sql`select set_config('role', ${isPerson ? 'celeste_app' : 'celeste_worker'}, true),
                     set_config('celeste.yacht_id', ${yachtId}, true),
                     set_config('celeste.user_id', ${userId}, true),
                     set_config('celeste.role', ${role}, true),
                     set_config('statement_timeout', ${String(STATEMENT_TIMEOUT_MS[caller.kind])}, true),
                     set_config('idle_in_transaction_session_timeout', ${String(IDLE_IN_TRANSACTION_MS)}, true)
    `.execute(tx);
  } catch (cause) {
    if ((cause as { code?: string }).code !== '22023') throw cause;
    throw new CelesteError('tenant_unavailable', `The database of yacht ${yachtId} has not been prepared.`, {
      cause,
      advice: 'Run celeste migrate.',
    });
  }
}
