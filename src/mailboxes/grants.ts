// What a sign-in at Microsoft leaves behind: the sealed tokens and, for reading, the watcher of the mailbox.
import { sql } from 'kysely';

import type { TokenSet } from '#microsoft/identity.ts';
import type { TenantReader, TenantWriter } from '#tenants/tenants.ts';

import { begun, type EndedByOthers, NO_ACCOUNT, stopped } from './orders.ts';
import { refusal } from './refusals.ts';
import { refuseTaken, watchOneByOne } from './taken.ts';
import type { GrantedAccount, TokenOwner, TokenVault } from './token-vault.ts';

/** What Microsoft granted to whom; kept sealed as JSON while a person is asked about a second account. */
export type Grant = {
  owner: TokenOwner;
  tokens: TokenSet;
  /** `inbox`: Graph's id of its inbox, asked for whenever reading is connected; null where Microsoft did not tell. */
  account: GrantedAccount & { mailbox: string; inbox: string | null };
};

export type KeepOptions = {
  /** Another account than the connected one is meant. */
  replace?: boolean;
  /** Between two rounds of a mailbox that is new; one that was watched before keeps its own. */
  intervalMinutes?: number | undefined;
};

/**
 * Stores a grant. `account_mismatch`: nothing was stored, because another Microsoft account is expected and
 * `replace` was not said.
 *
 * @throws CelesteError `mailbox_in_use`: another person aboard has connected this mailbox; `mailbox_shared`
 */
export async function keepGrant(
  tx: TenantWriter,
  vault: TokenVault,
  grant: Grant,
  { replace = false, intervalMinutes }: KeepOptions = {},
): Promise<'kept' | 'account_mismatch'> {
  const { owner, account } = grant;
  if (owner.purpose === 'read') await watchOneByOne(tx, owner.yachtId);
  const before = await connectedAccount(tx, owner);
  const expected = before ?? (await expectedAccount(tx, owner))?.accountId;
  if (expected !== undefined && expected !== account.accountId && !replace) return 'account_mismatch';
  if (owner.purpose === 'read') await watch(tx, grant, { before, intervalMinutes });
  await vault.store(tx, owner, grant);
  return 'kept';
}

/** `claims`: what Microsoft's last refusal wants of the next sign-in, JSON. */
export type ExpectedAccount = GrantedAccount & { claims: string | null };

/** The Microsoft account a purpose is connected to; before that, the one the person's other purpose is. */
export async function expectedAccount(
  db: TenantReader,
  { yachtId, userId, purpose }: TokenOwner,
): Promise<ExpectedAccount | null> {
  const rows = await db
    .selectFrom('auth_microsoft_tokens')
    .select(['token_purpose', 'microsoft_user_id', 'microsoft_email', 'reauth_claims'])
    .where('yacht_id', '=', yachtId)
    .where('user_id', '=', userId)
    .execute();
  const row = rows.find(({ token_purpose }) => token_purpose === purpose) ?? rows[0];
  if (!row) return null;
  const { microsoft_user_id: accountId, microsoft_email: mailbox, reauth_claims: claims } = row;
  return { accountId, mailbox, claims };
}

/** The Microsoft account a purpose is connected to, held to the end of the transaction; null: it is not. */
export async function connectedAccount(tx: TenantWriter, owner: TokenOwner): Promise<string | null> {
  const row = await tx
    .selectFrom('auth_microsoft_tokens')
    .select('microsoft_user_id')
    .where('yacht_id', '=', owner.yachtId)
    .where('user_id', '=', owner.userId)
    .where('token_purpose', '=', owner.purpose)
    .forUpdate()
    .executeTakeFirst();
  return row?.microsoft_user_id ?? null;
}

type Watching = { before: string | null; intervalMinutes: number | undefined };

async function watch(
  tx: TenantWriter,
  { owner, account }: Grant,
  { before, intervalMinutes }: Watching,
): Promise<void> {
  if (before !== null && before !== account.accountId) await unwatch(tx, owner, before);
  await refuseTaken(tx, 'own', { address: account.mailbox, inbox: account.inbox });
  await retire(tx, owner, account.accountId);
  const order = {
    ...begun(new Date()),
    mailbox: account.mailbox,
    ...(account.inbox !== null && { inbox_id: account.inbox }),
    next_sync_trigger: 'person' as const,
  };
  const watcher = await tx
    .insertInto('email_watchers')
    .values({
      ...order,
      user_id: owner.userId,
      yacht_id: owner.yachtId,
      microsoft_user_id: account.accountId,
      ...(intervalMinutes !== undefined && { sync_interval_minutes: intervalMinutes }),
    })
    .onConflict((oc) =>
      oc
        .columns(['yacht_id', 'provider', 'microsoft_user_id'])
        .doUpdateSet((eb) => ({
          ...order,
          // While it was disconnected nobody expected its mail; while consent was dead, everybody did.
          expected_from: eb
            .case()
            .when('email_watchers.sync_status', '=', 'disconnected')
            .then(order.next_sync_at)
            .else(eb.ref('email_watchers.expected_from'))
            .end(),
        }))
        .where('email_watchers.user_id', '=', owner.userId),
    )
    .returning('id')
    .executeTakeFirst();
  if (watcher) return resumeShared(tx, owner, account.accountId);
  throw refusal('mailbox_in_use');
}

/**
 * Of a mailbox that changes hands: what its last owner disconnected and kept is no longer what this account opens. The
 * mail in it goes over to the new owner message by message, as Microsoft shows it to them (sync/apply.ts).
 */
async function retire(tx: TenantWriter, owner: TokenOwner, accountId: string): Promise<void> {
  await tx
    .updateTable('email_watchers')
    .set({ microsoft_user_id: NO_ACCOUNT })
    .where('yacht_id', '=', owner.yachtId)
    .where('microsoft_user_id', '=', accountId)
    .where('user_id', '<>', owner.userId)
    .where('sync_status', '=', 'disconnected')
    .execute();
}

/** The shared mailboxes that waited for this consent go on. */
async function resumeShared(tx: TenantWriter, owner: TokenOwner, accountId: string): Promise<void> {
  await tx
    .updateTable('email_watchers')
    .set({
      sync_status: 'pending',
      next_sync_at: new Date(),
      last_sync_error: null,
      last_sync_error_code: null,
    })
    .where('user_id', '=', owner.userId)
    .where('account_id', '=', accountId)
    .where('sync_status', '=', 'reauth_required')
    .execute();
}

/** Stops syncing what this account's consent opens; the mail stays. `code`: what its owner is told who did not do it. */
export async function unwatch(
  tx: TenantWriter,
  owner: TokenOwner,
  accountId: string,
  code: EndedByOthers | null = null,
): Promise<void> {
  await tx
    .updateTable('email_watchers')
    .set({
      ...stopped,
      // An own mailbox is disconnected because its owner wanted it, mostly; the readers of a shared one did not.
      last_sync_error_code: sql<
        string | null
      >`case when kind = 'shared' then 'shared_unopened' else ${code}::text end`,
    })
    .where('yacht_id', '=', owner.yachtId)
    .where('user_id', '=', owner.userId)
    .where(openedBy(accountId))
    // What was ended before stays ended as it was.
    .where('sync_status', '<>', 'disconnected')
    .execute();
}

/** The watchers that the consent of this account opens: its own mailbox and the shared ones it was lent to. */
export const openedBy = (accountId: string) =>
  sql<boolean>`coalesce(account_id, microsoft_user_id) = ${accountId}`;
