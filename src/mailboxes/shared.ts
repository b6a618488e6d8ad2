// Shared and role mailboxes (engineering@…): opened with the consent of somebody whom Microsoft lets read them,
// and read aboard by the people on their own list.
import { CelesteError } from '#base/errors.ts';
import type { Principal } from '#directory/principal.ts';
import { isGraphError } from '#microsoft/errors.ts';
import type { Graph, GraphClient } from '#microsoft/graph-client.ts';
import { getInboxId } from '#microsoft/inbox.ts';
import { readsShared } from '#microsoft/scopes.ts';
import { recordAudit } from '#tenants/audit.ts';
import { asWorker, type Tenants, type TenantWriter } from '#tenants/tenants.ts';

import type { Connected } from './connected.ts';
import { forgetCursors } from './cursors.ts';
import type { Gates, KnownWatcher } from './gate.ts';
import { RELEASED } from './lease.ts';
import { nameHashes, passCommonGate } from './names.ts';
import { begun } from './orders.ts';
import { addReader } from './readers.ts';
import { refuseTaken, watchOneByOne } from './taken.ts';
import type { Tokens } from './tokens.ts';

export type SharedDeps = {
  tenants: Tenants;
  tokens: Tokens;
  graph: GraphClient;
  gates: Gates;
  connected: Connected;
  syncIntervalMinutes: number;
};

/**
 * Starts keeping a shared mailbox in sync, with the person's own consent, and puts them on its list of readers.
 * Where it is kept in sync already, by whichever of its addresses, the person only becomes a reader: Microsoft lets
 * them read it.
 *
 * @param address one of the mailbox's, as people write it
 * @returns the watcher's id
 * @throws CelesteError `invalid_request`, `mailbox_in_use`, `scopes_missing`, `shared_not_found`,
 *   `shared_forbidden`, or what tokens and Graph throw
 */
export async function addSharedMailbox(
  deps: SharedDeps,
  principal: Principal,
  address: string,
): Promise<string> {
  const mailbox = address.trim().toLowerCase();
  const { yachtId } = principal;
  const { account, watched } = await deps.tenants.read(asWorker(yachtId), async (db) => {
    const consent = await consentOf(db, principal);
    await refuseTaken(db, 'shared', { address: mailbox, inbox: null });
    return { account: consent, watched: await findShared(db, yachtId, { address: mailbox }) };
  });
  const source = deps.tokens.source({ yachtId, userId: principal.userId, purpose: 'read' });
  const names = { sharedAddress: mailbox };
  const others = await deps.connected.announce(yachtId, names);
  const gate = deps.gates.ofKnown(yachtId, watched, others);
  const inbox = await tryMailbox(deps.graph.as(source, gate, mailbox));
  const common = await deps.connected.announce(yachtId, { ...names, inbox });
  const id = await deps.tenants.transact(asWorker(yachtId), async (tx) => {
    await watchOneByOne(tx, yachtId);
    await refuseTaken(tx, 'shared', { address: mailbox, inbox });
    const { syncIntervalMinutes } = deps;
    const watcherId = await watchShared(tx, principal, { mailbox, inbox, account, syncIntervalMinutes });
    if (common !== null)
      await passCommonGate(tx, { gate: common, nameHashes: nameHashes({ ...names, inbox }) });
    return watcherId;
  });
  await deps.connected.announce(yachtId, { ...names, inbox });
  return id;
}

/** The watcher of a shared mailbox keeps this in place of a Microsoft user id: nobody signs in as a shared mailbox. */
const sharedKey = (inbox: string) => `shared:${inbox}`;

type Known = KnownWatcher & { mailbox: string };

/** The watcher of the shared mailbox with this inbox; else of the one that was added by this address. */
function findShared(
  db: Reading,
  yachtId: string,
  { address, inbox = '' }: { address: string; inbox?: string },
): Promise<Known | undefined> {
  return db
    .selectFrom('email_watchers')
    .select(['id', 'mailbox', 'sync_status'])
    .where('yacht_id', '=', yachtId)
    .where('kind', '=', 'shared')
    .where((eb) => eb.or([eb('microsoft_user_id', '=', sharedKey(inbox)), eb('mailbox', '=', address)]))
    .orderBy((eb) => eb('microsoft_user_id', '=', sharedKey(inbox)), 'desc')
    .orderBy('created_at')
    .executeTakeFirst();
}

type Reading = Pick<TenantWriter, 'selectFrom'>;

async function consentOf(db: Reading, { userId }: Principal): Promise<string> {
  const token = await db
    .selectFrom('auth_microsoft_tokens')
    .select(['microsoft_user_id', 'scopes'])
    .where('user_id', '=', userId)
    .where('token_purpose', '=', 'read')
    .executeTakeFirst();
  if (!token) {
    throw new CelesteError('not_connected', 'Outlook is not connected.', {
      advice: 'Connect your own Outlook first; the shared mailbox is opened with your permission.',
    });
  }
  if (readsShared(token.scopes)) return token.microsoft_user_id;
  throw new CelesteError('scopes_missing', 'Microsoft has not let us read shared mailboxes for you yet.', {
    advice: 'Allow shared mailboxes in the settings; Microsoft asks you once more.',
  });
}

/** Graph's id of its inbox. */
async function tryMailbox(graph: Graph): Promise<string> {
  try {
    return await getInboxId(graph);
  } catch (error) {
    if (isGraphError(error, 'forbidden')) {
      throw new CelesteError('shared_forbidden', 'Microsoft does not let you read this mailbox.', {
        advice: 'Ask whoever runs your Microsoft 365 for access to it; it takes up to an hour to work.',
        cause: error,
      });
    }
    if (isGraphError(error, 'not_found', 'mailbox_unavailable', 'rejected')) {
      throw new CelesteError('shared_not_found', 'Microsoft knows no mailbox with this address.', {
        advice: 'Check the spelling, and that it is in your own Microsoft 365.',
        cause: error,
      });
    }
    throw error;
  }
}

type Sharing = { mailbox: string; inbox: string; account: string; syncIntervalMinutes: number };

async function watchShared(
  tx: TenantWriter,
  { userId, yachtId }: Principal,
  { mailbox, inbox, account, syncIntervalMinutes }: Sharing,
): Promise<string> {
  const now = new Date();
  const known = await findShared(tx, yachtId, { address: mailbox, inbox });
  const identity = { microsoft_user_id: sharedKey(inbox), inbox_id: inbox };
  // Made anew at Microsoft under its old address, it has another inbox.
  if (known) await tx.updateTable('email_watchers').set(identity).where('id', '=', known.id).execute();
  const consent = { user_id: userId, account_id: account };
  // A round that is at it reads with another's consent, maybe by another address.
  const order = { ...begun(now), ...RELEASED, ...consent, mailbox, expected_from: now };
  await tx
    .insertInto('email_watchers')
    .values({
      ...order,
      ...identity,
      yacht_id: yachtId,
      kind: 'shared',
      sync_interval_minutes: syncIntervalMinutes,
    })
    .onConflict((oc) =>
      oc
        .columns(['yacht_id', 'provider', 'microsoft_user_id'])
        .doUpdateSet(order)
        .where((eb) =>
          eb.or([
            eb('email_watchers.sync_status', 'in', ['disconnected', 'reauth_required']),
            eb('email_watchers.last_sync_error_code', 'in', SHUT),
          ]),
        ),
    )
    .execute();
  const watcher = await tx
    .selectFrom('email_watchers')
    .select(['id', 'mailbox'])
    .where('yacht_id', '=', yachtId)
    .where('microsoft_user_id', '=', identity.microsoft_user_id)
    .executeTakeFirstOrThrow();
  // The address stands in every link that Microsoft gave.
  if (known && known.mailbox !== watcher.mailbox) await forgetCursors(tx, watcher.id);
  await recordAdded(tx, { watcherId: watcher.id, userId, yachtId });
  return watcher.id;
}

/** Microsoft no longer lets in whoever opened the mailbox, or knows it no more by the address it was added by. */
const SHUT = ['graph_forbidden', 'graph_unauthorized', 'graph_mailbox_unavailable'];

type Added = { watcherId: string; userId: string; yachtId: string };

async function recordAdded(tx: TenantWriter, { watcherId, userId, yachtId }: Added): Promise<void> {
  await addReader(tx, { watcher_id: watcherId, user_id: userId, yacht_id: yachtId, added_by: userId });
  const actor = { kind: 'person' as const, id: userId };
  const target = { type: 'mailbox', id: watcherId };
  await recordAudit(tx, { yachtId, actor, action: 'mailbox.shared_added', target });
}
