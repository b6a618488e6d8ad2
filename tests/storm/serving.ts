// What an API process does while it is killed: it serves people's reads, which go to Microsoft, and receives
// Microsoft's notifications. What it thanked for is a promise, whoever dies next.
import { setTimeout as wait } from 'node:timers/promises';

import { expect } from 'vitest';

import { type Ground, until } from './ground.ts';
import type { Postman } from './letters.ts';

/** A mailbox in which something is only noticed because Microsoft says so, and says so once. */
export type Watch = {
  address: string;
  /** Mail that came before a notification that was answered with 202, by Microsoft's id. */
  promised: string[];
};

const PAUSE_MS = 40;
const READERS = 3;
/** Longer than the notice, the pause between two rounds and the lease of a worker that died. */
const KEPT_WITHIN_MS = 120_000;

type Service = { watch: Watch; mail: Postman; reader: string };

/** Keeps the API busy until it is stopped: with reads of `reader`'s mail and with notifications. */
export function keepBusy(ground: Ground, { watch, mail, reader }: Service): { stop(): Promise<void> } {
  let isOver = false;
  const again = async (act: () => Promise<void>) => {
    while (!isOver) {
      await act();
      await wait(PAUSE_MS);
    }
  };
  const busy = [
    again(() => notifyOnce(ground, watch, mail)),
    ...Array.from({ length: READERS }, (_, n) => again(() => readOnce(ground, reader, n))),
  ];
  return {
    stop: async () => {
      isOver = true;
      await Promise.all(busy);
    },
  };
}

/** Mail comes, and Microsoft says so: by our hand, so that we know what it was answered, and it does not try again. */
export async function notifyOnce({ sandbox, store }: Ground, watch: Watch, mail: Postman): Promise<void> {
  const subscription = subscriptionOf(sandbox, watch);
  if (!subscription) return;
  const { notifications } = sandbox.settings;
  notifications.dropShare = 1;
  const { id } = store.deliver(watch.address, 'inbox', mail('Noticed'));
  notifications.dropShare = 0;
  const status = await post(subscription).catch(() => null);
  if (status === 202) watch.promised.push(id);
  else expect([null, 503], 'not stored, and said so').toContain(status);
}

type Subscription = ReturnType<Ground['sandbox']['notifications']['subscriptions']>[number];

function subscriptionOf({ notifications, store }: Ground['sandbox'], { address }: Watch) {
  const userId = store.mailbox(address)?.userId;
  return notifications.subscriptions().find((subscription) => subscription.userId === userId);
}

/** @returns the status; rejects when nobody answers */
async function post({ id, clientState, notificationUrl }: Subscription): Promise<number> {
  const value = [{ subscriptionId: id, clientState, changeType: 'created' }];
  const headers = { 'content-type': 'application/json' };
  return (await fetch(notificationUrl, { method: 'POST', headers, body: JSON.stringify({ value }) })).status;
}

/** Opens a mail whose body is still at Microsoft. Who asks may be cut off, but is told nothing unexpected. */
async function readOnce({ db, ask }: Ground, reader: string, n: number): Promise<void> {
  const mail = await db
    .selectFrom('email_messages as m')
    .innerJoin('email_watchers as w', 'w.id', 'm.watcher_id')
    .select('m.id')
    .where('w.mailbox', '=', reader)
    .where('m.body_content', 'is', null)
    .where('m.removed_at', 'is', null)
    .orderBy('m.received_at')
    .offset(n)
    .limit(1)
    .executeTakeFirst()
    .catch(() => undefined);
  if (!mail) return;
  const answer = await ask(reader, `/api/emails/${mail.id}/body`).catch(() => null);
  if (answer?.status !== 500) return;
  // The database may have died under the request.
  const isUp = await db
    .selectFrom('email_watchers')
    .select('id')
    .limit(1)
    .execute()
    .then(
      () => true,
      () => false,
    );
  expect(isUp ? answer : null, 'what a reader was told').toBeNull();
}

/** Nobody will look at it any more until something comes or a quarter of an hour has passed. */
export async function untilAtRest({ sandbox, watcherOf }: Ground, watch: Watch): Promise<void> {
  const { address } = watch;
  const isAtRest = async () => {
    if (!subscriptionOf(sandbox, watch)) return false;
    const { first_synced_at, nudged_at, lease_until, next_sync_at } = await watcherOf(address);
    const isDue = (next_sync_at?.getTime() ?? 0) < Date.now() + KEPT_WITHIN_MS;
    return first_synced_at !== null && nudged_at === null && lease_until === null && !isDue;
  };
  await until(isAtRest, KEPT_WITHIN_MS, `${address} is at rest`);
}

/** Fails unless everything promised is here, though nobody asked for a round. */
export async function expectPromisesKept({ db }: Ground, { promised }: Watch): Promise<void> {
  if (promised.length === 0) return;
  const areHere = async () => {
    const rows = await db
      .selectFrom('email_messages')
      .select('id')
      .where('message_id', 'in', promised)
      .execute();
    return rows.length === promised.length;
  };
  await until(areHere, KEPT_WITHIN_MS, 'what was notified and thanked for is here');
}
