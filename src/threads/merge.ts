// Two threads turn out to be one conversation: the loser's messages and links move to the winner, and the
// loser stays behind as a signpost, so that its old address still leads to the conversation. It keeps no word of the
// mail: whoever purges that later would not find it there.
import { sql } from 'kysely';

import type { TenantWriter } from '#tenants/tenants.ts';

/**
 * Merges threads that exist into one of them: the one with the most links, then messages, then age. The caller
 * holds the grouping lock and refreshes the winner afterwards.
 *
 * @returns the winner's id
 */
export async function mergeThreads(tx: TenantWriter, threadIds: string[]): Promise<string> {
  const winner = await chooseWinner(tx, threadIds);
  const losers = threadIds.filter((id) => id !== winner);
  await sql`update email_messages set thread_id = ${winner} where thread_id = any(${losers})`.execute(tx);
  await moveLinks(tx, winner, losers);
  await sql`delete from email_thread_mailboxes where thread_id = any(${losers})`.execute(tx);
  await sql`
    update email_threads
       set merged_into = ${winner}, needs_matching = false, message_count = 0, subject = null, preview = null,
           participants = '[]', first_message_at = null, last_message_at = null, has_attachments = false,
           updated_at = now()
     where id = any(${losers}) or merged_into = any(${losers})`.execute(tx);
  await sql`update email_threads set needs_matching = true where id = ${winner}`.execute(tx);
  return winner;
}

/** Locks the threads, in the order of their ids, so that no link is added to one of them meanwhile. */
async function chooseWinner(tx: TenantWriter, threadIds: string[]): Promise<string> {
  type Candidate = { id: string; linked_count: number; message_count: number; created_at: Date };
  const { rows } = await sql<Candidate>`
    select id, linked_count, message_count, created_at
      from email_threads where id = any(${threadIds}) order by id for update`.execute(tx);
  const [best] = rows.toSorted(
    (a, b) =>
      b.linked_count - a.linked_count ||
      b.message_count - a.message_count ||
      a.created_at.getTime() - b.created_at.getTime(),
  );
  if (!best) throw new Error('there is no thread to merge');
  return best.id;
}

/**
 * Where several of the threads had a link to one record, the strongest stays: linked, then rejected (a person
 * said no, and that must not be asked again), then suggested, then removed. What is dropped stands in the audit.
 */
async function moveLinks(tx: TenantWriter, winner: string, losers: string[]): Promise<void> {
  await sql`
    with ranked as (
      select l.*, row_number() over (
               partition by target_type, target_id
               order by array_position(array['linked', 'rejected', 'suggested', 'removed'], state),
                        decided_at desc nulls last, thread_id = ${winner} desc, created_at, id) as place
        from email_links l
       where thread_id = ${winner} or thread_id = any(${losers})
    ), dropped as (
      delete from email_links l using ranked r where r.id = l.id and r.place > 1 returning l.*
    )
    insert into audit_log (yacht_id, actor_kind, action, target_type, target_id, before, after)
    select d.yacht_id, 'worker', 'link.merged', 'link', d.id::text,
           jsonb_build_object('state', d.state, 'thread_id', d.thread_id),
           jsonb_build_object('state', k.state, 'thread_id', ${winner}::uuid, 'link_id', k.id)
      from dropped d
      join ranked k on k.target_type = d.target_type and k.target_id = d.target_id and k.place = 1`.execute(
    tx,
  );
  await sql`update email_links set thread_id = ${winner} where thread_id = any(${losers})`.execute(tx);
}
