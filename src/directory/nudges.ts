// Notifications between their arrival and the yacht they are about: stored here before Microsoft is thanked, one
// row for each mailbox however many came, and cleared once the yacht's own database says that there is something
// to do. Any number of API processes store, any number of workers take.
import { type Kysely, sql } from 'kysely';

import { readClientState, sameHash } from './client-state.ts';
import type { MasterSchema } from './schema.ts';
import { SILENT } from './subscriptions.ts';

type Master = Kysely<MasterSchema>;

/** As `microsoft/notifications.ts` reads it. */
export type ReceivedNotification = {
  subscriptionId: string;
  clientState: string;
  lifecycleEvent: string | null;
};

export type Nudge = {
  key: string;
  yachtId: string;
  watcherId: string;
  /** Counts what was stored; `finishNudge` clears nothing that came later. */
  version: string;
  lifecycleEvents: string[];
};

type Asked = { key: string; events: Set<string> };

/**
 * Stores, for each mailbox that is named with its secret, that Microsoft notified us; everything else is passed
 * over. Once it resolves the nudges outlive a crash.
 *
 * @returns how many of the notifications were believed
 */
export async function storeNotifications(
  master: Master,
  received: ReceivedNotification[],
  now: Date,
): Promise<number> {
  const believed = await believedOf(master, received);
  const asked = new Map<string, Asked>();
  for (const { key, lifecycleEvent } of believed) {
    const entry = asked.get(key) ?? { key, events: new Set() };
    if (lifecycleEvent !== null) entry.events.add(lifecycleEvent);
    asked.set(key, entry);
  }
  if (asked.size > 0) await store(master, [...asked.values()], now);
  return believed.length;
}

type Believed = { key: string; lifecycleEvent: string | null };

async function believedOf(master: Master, received: ReceivedNotification[]): Promise<Believed[]> {
  const claims = received.flatMap((notification) => {
    const state = readClientState(notification.clientState);
    return state ? [{ ...notification, ...state }] : [];
  });
  if (claims.length === 0) return [];
  const rows = await master
    .selectFrom('graph_subscriptions')
    .select(['key', 'client_state_hash', 'subscription_id'])
    .where('key', 'in', [...new Set(claims.map(({ key }) => key))])
    .execute();
  const known = new Map(rows.map((row) => [row.key, row]));
  return claims.filter(({ key, hash, subscriptionId }) => {
    const row = known.get(key);
    // The id is not known while the call that creates the subscription is on its way.
    if (!row || !isSameId(row.subscription_id ?? subscriptionId, subscriptionId)) return false;
    return sameHash(hash, row.client_state_hash);
  });
}

// A GUID, in whichever case Microsoft writes it this time.
const isSameId = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

const CLOCKS_DIFFER_MS = 5_000;

// Locked in the order of their keys: two posts that name the same mailboxes wait for each other, never both. A
// nudge that waits already needs no second, as whoever takes it looks later than now.
async function store(master: Master, asked: Asked[], now: Date): Promise<void> {
  // Due later than the clocks of two processes differ: a worker has it, and may look too early for this one.
  const inHand = new Date(now.getTime() + CLOCKS_DIFFER_MS);
  const records = asked.map(({ key, events }) => ({ key, events: [...events] }));
  await sql`
    with asked as (
      select s.key, array(select jsonb_array_elements_text(a.events)) as events
        from graph_subscriptions s
        join jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as a(key uuid, events jsonb) on a.key = s.key
       order by s.key for update of s)
    update graph_subscriptions s
       set nudge_due_at = ${now},
           nudge_version = s.nudge_version + 1,
           lifecycle_events = array(select distinct unnest(s.lifecycle_events || asked.events))
      from asked
     where s.key = asked.key
       and (s.nudge_due_at is null or s.nudge_due_at > ${inHand} or not s.lifecycle_events @> asked.events)`.execute(
    master,
  );
}

// Longer than handing a nudge over takes, and how soon it is tried again when that fails.
const TAKEN_MS = 30_000;

/** Takes nudges that wait, the oldest first; whoever dies with them is succeeded after half a minute. */
export async function takeNudges(master: Master, now: Date, limit: number): Promise<Nudge[]> {
  const until = new Date(now.getTime() + TAKEN_MS);
  const { rows } = await sql<Nudge>`
    update graph_subscriptions s set nudge_due_at = ${until}
      from (select key from graph_subscriptions where nudge_due_at <= ${now}
             order by nudge_due_at limit ${limit} for update skip locked) due
     where s.key = due.key
    returning s.key, s.yacht_id as "yachtId", s.watcher_id as "watcherId", s.nudge_version as "version",
              s.lifecycle_events as "lifecycleEvents"`.execute(master);
  return rows;
}

/**
 * Clears a nudge that its yacht's database has now, unless another came meanwhile. When it was about a change, push
 * is not silent.
 */
export async function finishNudge(master: Master, { key, version, lifecycleEvents }: Nudge): Promise<void> {
  const heard = sql<string>`case state when ${SILENT} then 'active' else state end`;
  await master
    .updateTable('graph_subscriptions')
    .set({ nudge_due_at: null, lifecycle_events: sql<string[]>`'{}'` })
    .$if(lifecycleEvents.length === 0, (query) => query.set({ state: heard }))
    .where('key', '=', key)
    .where('nudge_version', '=', version)
    .execute();
}

/** Whether a nudge waits that no worker has. */
export async function hasNudges(master: Master, now: Date): Promise<boolean> {
  const row = await master
    .selectFrom('graph_subscriptions')
    .select('key')
    .where('nudge_due_at', '<=', now)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
