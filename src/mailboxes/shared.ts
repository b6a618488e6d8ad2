// Shared and role mailboxes (engineering@…): opened with the consent of somebody whom Microsoft lets read them,
// and read aboard by the people on their own list.
import { CelesteError } from '#base/errors.ts';
import type { Principal } from '#directory/principal.ts';
import { isGraphError } from '#microsoft/errors.ts';
import type { Graph, GraphClient } from '#microsoft/graph-client.ts';
import { asObject, asText } from '#microsoft/read.ts';
import { readsShared } from '#microsoft/scopes.ts';
import { recordAudit } from '#tenants/audit.ts';
import { asWorker, type Tenants, type TenantWriter } from '#tenants/tenants.ts';

import { type Gates, openGate } from './gate.ts';
import { begun } from './orders.ts';
import { addReader } from './readers.ts';
import { isTaken, type Recognised } from './taken.ts';
import type { Tokens } from './tokens.ts';

export type SharedDeps = {
  tenants: Tenants;
  tokens: Tokens;
  graph: GraphClient;
  gates: Gates;
  syncIntervalMinutes: number;
};

/** A watcher keeps this in place of a Microsoft user id: nobody signs in as a shared mailbox. */
const sharedKey = (address: string) => `shared:${address}`;

/**
 * Starts keeping a shared mailbox in sync, with the person's own consent, and puts them on its list of readers.
 * Where somebody else keeps it in sync already the person only becomes a reader: Microsoft lets them read it.
 *
 * @param address as people write it
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
    await refuseOwnMailbox(db, { address: mailbox });
    return { account: consent, watched: await findShared(db, yachtId, mailbox) };
  });
  const source = deps.tokens.source({ yachtId, userId: principal.userId, purpose: 'read' });
  const gate = watched ? deps.gates.of({ yachtId, watcherId: watched.id, app: 'read' }) : openGate;
  const inbox = await tryMailbox(deps.graph.as(source, gate, mailbox));
  return deps.tenants.transact(asWorker(yachtId), async (tx) => {
    // It may have other addresses than the one it was connected by; its inbox it has once.
    await refuseOwnMailbox(tx, { inbox });
    return watchShared(tx, principal, { mailbox, account, syncIntervalMinutes: deps.syncIntervalMinutes });
  });
}

function findShared(db: Reading, yachtId: string, mailbox: string): Promise<{ id: string } | undefined> {
  return db
    .selectFrom('email_watchers')
    .select('id')
    .where('yacht_id', '=', yachtId)
    .where('microsoft_user_id', '=', sharedKey(mailbox))
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

async function refuseOwnMailbox(db: Reading, by: Recognised): Promise<void> {
  if (!(await isTaken(db, 'own', by))) return;
  throw new CelesteError('mailbox_in_use', 'Somebody aboard has connected this mailbox as their own.', {
    advice: 'They disconnect it first; then it can be shared.',
  });
}

const TRY_TIMEOUT_MS = 15_000;

/** Graph's id of its inbox. */
async function tryMailbox(graph: Graph): Promise<string | null> {
  try {
    const inbox = await graph.json({
      path: `${graph.root}/mailFolders/inbox?$select=id`,
      timeoutMs: TRY_TIMEOUT_MS,
    });
    return asText(asObject(inbox).id);
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

type Sharing = { mailbox: string; account: string; syncIntervalMinutes: number };

async function watchShared(
  tx: TenantWriter,
  { userId, yachtId }: Principal,
  { mailbox, account, syncIntervalMinutes }: Sharing,
): Promise<string> {
  const now = new Date();
  const order = { ...begun(now), user_id: userId, account_id: account, expected_from: now };
  const microsoft_user_id = sharedKey(mailbox);
  await tx
    .insertInto('email_watchers')
    .values({
      ...order,
      yacht_id: yachtId,
      kind: 'shared',
      mailbox,
      microsoft_user_id,
      sync_interval_minutes: syncIntervalMinutes,
    })
    .onConflict((oc) =>
      oc
        .columns(['yacht_id', 'provider', 'microsoft_user_id'])
        .doUpdateSet(order)
        .where((eb) =>
          eb.or([
            eb('email_watchers.sync_status', 'in', ['disconnected', 'reauth_required']),
            // Microsoft no longer lets in whoever opened it.
            eb('email_watchers.last_sync_error_code', 'in', ['graph_forbidden', 'graph_unauthorized']),
          ]),
        ),
    )
    .execute();
  const { id } = await tx
    .selectFrom('email_watchers')
    .select('id')
    .where('yacht_id', '=', yachtId)
    .where('microsoft_user_id', '=', microsoft_user_id)
    .executeTakeFirstOrThrow();
  await addReader(tx, { watcher_id: id, user_id: userId, yacht_id: yachtId, added_by: userId });
  const target = { type: 'mailbox', id };
  await recordAudit(tx, {
    yachtId,
    actor: { kind: 'person', id: userId },
    action: 'mailbox.shared_added',
    target,
  });
  return id;
}
