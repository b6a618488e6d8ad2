// The directory of the fleet (MASTER): which yachts there are, who belongs aboard, who is asking, and
// where each yacht's data lives. It owns fleet_registry, user_accounts, oauth_states and the auth_ tables.
import type { Kysely } from 'kysely';

import { CelesteError } from '#base/errors.ts';

import type { Role } from './roles.ts';
import type { MasterSchema } from './schema.ts';

export type Yacht = { yachtId: string; yachtName: string; alias: string; active: boolean };

export type Account = {
  userId: string;
  yachtId: string;
  yachtName: string;
  role: Role;
  email: string;
  displayName: string;
  status: 'active' | 'suspended';
};

type Master = Kysely<MasterSchema>;

/** Every yacht, by id; those that are switched off too unless `activeOnly`. */
export async function listYachts(master: Master, { activeOnly = false } = {}): Promise<Yacht[]> {
  const rows = await yachts(master)
    .$if(activeOnly, (query) => query.where('active', '=', true))
    .orderBy('yacht_id')
    .execute();
  return rows;
}

/** @throws CelesteError `yacht_unknown` */
export async function getYacht(master: Master, yachtId: string): Promise<Yacht> {
  const yacht = await yachts(master).where('yacht_id', '=', yachtId).executeTakeFirst();
  if (yacht) return yacht;
  throw new CelesteError('yacht_unknown', `There is no yacht "${yachtId}".`, {
    advice: 'List the yachts with: celeste tenant list',
  });
}

export type NewYacht = {
  yachtId: string;
  yachtName: string;
  alias: string;
  sealedDatabaseUrl: string | null;
};

/**
 * Registers a yacht, or updates its name, alias and database when it is registered already.
 *
 * @throws CelesteError `alias_taken`: the alias names another yacht's database
 */
export async function addYacht(master: Master, yacht: NewYacht): Promise<void> {
  const values = {
    yacht_name: yacht.yachtName,
    tenant_key_alias: yacht.alias,
    sealed_database_url: yacht.sealedDatabaseUrl,
  };
  const other = await yachts(master)
    .where('tenant_key_alias', '=', yacht.alias)
    .where('yacht_id', '<>', yacht.yachtId)
    .executeTakeFirst();
  if (other) {
    throw new CelesteError('alias_taken', `The alias ${yacht.alias} belongs to "${other.yachtId}".`, {
      advice: "Choose another: it names the yacht's own database.",
    });
  }
  await master
    .insertInto('fleet_registry')
    .values({ yacht_id: yacht.yachtId, ...values })
    .onConflict((conflict) => conflict.column('yacht_id').doUpdateSet(values))
    .execute();
}

/** The person's accounts, the oldest first: one for each active yacht they belong to. */
export function findAccounts(master: Master, userId: string): Promise<Account[]> {
  return accounts(master)
    .where('user_accounts.id', '=', userId)
    .where('fleet_registry.active', '=', true)
    .orderBy('user_accounts.created_at')
    .orderBy('user_accounts.yacht_id')
    .execute();
}

/** Everyone aboard a yacht, by name. */
export function listCrew(master: Master, yachtId: string): Promise<Account[]> {
  return accounts(master)
    .where('user_accounts.yacht_id', '=', yachtId)
    .orderBy('user_accounts.display_name')
    .execute();
}

/** The people whom anyone may sign in as in demo mode. */
export function listDemoAccounts(master: Master): Promise<Account[]> {
  return accounts(master)
    .where('user_accounts.is_demo', '=', true)
    .where('user_accounts.status', '=', 'active')
    .orderBy('fleet_registry.created_at')
    .orderBy('user_accounts.created_at')
    .execute();
}

function yachts(master: Master) {
  return master
    .selectFrom('fleet_registry')
    .select(['yacht_id as yachtId', 'yacht_name as yachtName', 'tenant_key_alias as alias', 'active']);
}

function accounts(master: Master) {
  return master
    .selectFrom('user_accounts')
    .innerJoin('fleet_registry', 'fleet_registry.yacht_id', 'user_accounts.yacht_id')
    .select([
      'user_accounts.id as userId',
      'user_accounts.yacht_id as yachtId',
      'yacht_name as yachtName',
      'role',
      'email',
      'display_name as displayName',
      'status',
    ]);
}
