// A person comes aboard: the account, and where a password is given the means to sign in with it.
import { randomUUID } from 'node:crypto';

import { hashPassword } from 'better-auth/crypto';
import type { Kysely, Transaction } from 'kysely';

import { CelesteError } from '#base/errors.ts';

import { getYacht } from './directory.ts';
import type { Role } from './roles.ts';
import type { MasterSchema } from './schema.ts';

export const PASSWORD_MIN_LENGTH = 10;

export type NewUser = {
  yachtId: string;
  email: string;
  role: Role;
  displayName: string;
  /** Default: the id this address already has on another yacht or for signing in, else a new one. */
  id?: string;
  /** Without one the person comes by bearer token, or by the demo's one-click sign-in. */
  password?: string;
  demo?: boolean;
};

/**
 * Adds a person to a yacht, or changes role, name and password of one who is there. Repeatable.
 *
 * @returns the person's id
 * @throws CelesteError `yacht_unknown`, `email_taken`, `password_too_short`
 */
export async function addUser(master: Kysely<MasterSchema>, user: NewUser): Promise<string> {
  if (user.password !== undefined && user.password.length < PASSWORD_MIN_LENGTH) {
    throw new CelesteError('password_too_short', `A password has ${PASSWORD_MIN_LENGTH} characters or more.`);
  }
  await getYacht(master, user.yachtId);
  const password = user.password === undefined ? null : await hashPassword(user.password);
  const email = user.email.trim().toLowerCase();
  return master.transaction().execute(async (tx) => {
    const id = user.id ?? (await idOf(tx, email)) ?? randomUUID();
    await refuseTakenAddress(tx, { id, email, yachtId: user.yachtId });
    await putAccount(tx, { ...user, id, email });
    if (password !== null || user.demo) await putSignIn(tx, { id, email, name: user.displayName });
    if (password !== null) await putPassword(tx, id, password);
    return id;
  });
}

type MasterTransaction = Transaction<MasterSchema>;

async function idOf(tx: MasterTransaction, email: string): Promise<string | undefined> {
  const signIn = await tx.selectFrom('auth_users').select('id').where('email', '=', email).executeTakeFirst();
  if (signIn) return signIn.id;
  const account = await tx
    .selectFrom('user_accounts')
    .select('id')
    .where((eb) => eb(eb.fn('lower', ['email']), '=', email))
    .orderBy('created_at')
    .executeTakeFirst();
  return account?.id;
}

async function refuseTakenAddress(
  tx: MasterTransaction,
  { id, email, yachtId }: { id: string; email: string; yachtId: string },
): Promise<void> {
  const signIn = tx.selectFrom('auth_users').select('id').where('email', '=', email).where('id', '!=', id);
  const aboard = tx
    .selectFrom('user_accounts')
    .select('id')
    .where('yacht_id', '=', yachtId)
    .where((eb) => eb(eb.fn('lower', ['email']), '=', email))
    .where('id', '!=', id);
  if (!(await signIn.unionAll(aboard).executeTakeFirst())) return;
  throw new CelesteError('email_taken', 'This address belongs to another person.', {
    advice: "Leave out --id to use that person's id, or give another address.",
  });
}

async function putAccount(tx: MasterTransaction, user: NewUser & { id: string }): Promise<void> {
  const values = {
    role: user.role,
    email: user.email,
    display_name: user.displayName,
    is_demo: user.demo ?? false,
  };
  await tx
    .insertInto('user_accounts')
    .values({ id: user.id, yacht_id: user.yachtId, ...values })
    .onConflict((conflict) => conflict.columns(['id', 'yacht_id']).doUpdateSet(values))
    .execute();
}

async function putSignIn(
  tx: MasterTransaction,
  { id, email, name }: { id: string; email: string; name: string },
): Promise<void> {
  await tx
    .insertInto('auth_users')
    .values({ id, email, name, email_verified: true })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ email, name }))
    .execute();
}

/** better-auth looks for the password under provider `credential`, account id = user id. */
async function putPassword(tx: MasterTransaction, id: string, password: string): Promise<void> {
  await tx
    .insertInto('auth_accounts')
    .values({ user_id: id, account_id: id, provider_id: 'credential', password })
    .onConflict((conflict) =>
      conflict.columns(['provider_id', 'account_id']).doUpdateSet({ password, updated_at: new Date() }),
    )
    .execute();
}
