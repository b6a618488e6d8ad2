// The rule: a mail that names an existing work order belongs to it.
import { sql } from 'kysely';

import { findWorkOrderIds } from '#maintenance/records.ts';
import type { Evidence, LinkState, LinkTarget } from '#tenants/schema.ts';
import { asWorker, type TenantReader, type Tenants, type TenantWriter } from '#tenants/tenants.ts';
import { shareGrouping } from '#threads/assign.ts';

import { recordRuleChange } from './history.ts';
import { LINK_BY_ITSELF, scoreWorkOrderNumber } from './score.ts';
import { findWorkOrderNumbers, type NumberFound, WORK_ORDER_HINT } from './signals.ts';

export type ChangedLink = {
  link_id: string;
  thread_id: string;
  target_type: LinkTarget;
  target_id: string;
  state: LinkState;
};

/**
 * Looks through threads that need it (`needs_matching`), at most `limit` of them, in one transaction. A link
 * that exists in any state stays as it is: what a person removed or rejected does not come back.
 *
 * @returns the links that were made, and how many threads were looked through: fewer than `limit`, and none is left
 */
export async function matchThreads(
  tenants: Tenants,
  yachtId: string,
  limit = 200,
): Promise<{ threads: number; links: ChangedLink[] }> {
  return tenants.transact(asWorker(yachtId), async (tx) => {
    await shareGrouping(tx);
    const threadIds = await claimThreads(tx, limit);
    if (threadIds.length === 0) return { threads: 0, links: [] };
    const proposals = await proposeLinks(tx, await readCandidates(tx, threadIds));
    const links: ChangedLink[] = [];
    for (const proposal of proposals) links.push(...(await makeLink(tx, yachtId, proposal)));
    await sql`
      update email_threads set needs_matching = false, matched_at = now() where id = any(${threadIds})`.execute(
      tx,
    );
    return { threads: threadIds.length, links };
  });
}

/** True when `matchThreads` would find something to look through. */
export async function hasThreadsToMatch(db: TenantReader): Promise<boolean> {
  const row = await db
    .selectFrom('email_threads')
    .select('id')
    .where('needs_matching', '=', true)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Locked, so that a sync that changes one of them waits, and then marks it anew. */
async function claimThreads(tx: TenantWriter, limit: number): Promise<string[]> {
  const rows = await tx
    .selectFrom('email_threads')
    .select('id')
    .where('needs_matching', '=', true)
    .orderBy('id')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute();
  return rows.map((row) => row.id);
}

type Candidate = { id: string; thread_id: string; subject: string | null; body_text: string | null };

/** Longer texts are logs and dumps; what a mail is about stands near its start. */
const MAX_CHARACTERS = 100_000;

async function readCandidates(tx: TenantWriter, threadIds: string[]): Promise<Candidate[]> {
  const { rows } = await sql<Candidate>`
    select m.id, m.thread_id, m.subject, left(m.body_text, ${MAX_CHARACTERS}::int) as body_text
      from unnest(${threadIds}::uuid[]) as t (id)
     cross join lateral (select id, thread_id, subject, coalesce(body_text, body_preview) as body_text,
                                coalesce(received_at, sent_at, synced_at) as at
                           from email_messages
                          where thread_id = t.id and not is_draft and removed_at is null
                         offset 0) m
     where m.subject ~* ${WORK_ORDER_HINT} or m.body_text ~* ${WORK_ORDER_HINT}
     order by m.thread_id, m.at, m.id`.execute(tx);
  return rows;
}

type Proposal = { threadId: string; workOrderId: string; confidence: number; evidence: Evidence[] };

/** One proposal for each thread and work order, with the mail that says it best. */
async function proposeLinks(tx: TenantWriter, candidates: Candidate[]): Promise<Proposal[]> {
  const found = candidates.map((mail) => ({ mail, numbers: numbersIn(mail) }));
  const ids = await findWorkOrderIds(tx, [
    ...new Set(found.flatMap(({ numbers }) => numbers.map((n) => n.number))),
  ]);
  const best = new Map<string, Proposal>();
  for (const { mail, numbers } of found) {
    const known = numbers.filter(({ number }) => ids.has(number));
    for (const { number, where, text } of known) {
      const workOrderId = ids.get(number) ?? '';
      const confidence = scoreWorkOrderNumber(where, new Set(known.map((n) => n.number)).size);
      const key = `${mail.thread_id} ${workOrderId}`;
      if ((best.get(key)?.confidence ?? 0) >= confidence) continue;
      const evidence: Evidence = { signal: 'work_order_number', where, text, email_id: mail.id };
      best.set(key, { threadId: mail.thread_id, workOrderId, confidence, evidence: [evidence] });
    }
  }
  return [...best.values()];
}

function numbersIn(mail: Candidate): NumberFound[] {
  return [
    ...findWorkOrderNumbers(mail.subject ?? '', 'subject'),
    ...findWorkOrderNumbers(mail.body_text ?? '', 'body'),
  ];
}

async function makeLink(tx: TenantWriter, yachtId: string, proposal: Proposal): Promise<ChangedLink[]> {
  const link = await tx
    .insertInto('email_links')
    .values({
      yacht_id: yachtId,
      thread_id: proposal.threadId,
      message_id: proposal.evidence[0]?.email_id ?? null,
      target_type: 'work_order',
      target_id: proposal.workOrderId,
      state: proposal.confidence >= LINK_BY_ITSELF ? 'linked' : 'suggested',
      source: 'rule',
      confidence: proposal.confidence,
      evidence: JSON.stringify(proposal.evidence),
    })
    .onConflict((oc) => oc.columns(['thread_id', 'target_type', 'target_id']).doNothing())
    .returningAll()
    .executeTakeFirst();
  if (!link) return [];
  await recordRuleChange(tx, { action: `link.${link.state}`, before: null, after: link });
  const { id, thread_id, target_type, target_id, state } = link;
  return [{ link_id: id, thread_id, target_type, target_id, state }];
}
