// What an API process does while it is killed: it serves people's reads, which go to Microsoft, and receives
// Microsoft's notifications. What it thanked for is a promise, whoever dies next.
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

import { expect } from 'vitest';

import { newClientState } from '#directory/client-state.ts';
import { noteSubscription, registerSubscription } from '#directory/subscriptions.ts';
import { NOTIFICATION_PATH } from '#sync/subscription-steps.ts';

import { type Ground, until, YACHT } from './ground.ts';
import type { Postman } from './letters.ts';

/** A mailbox in which something is only ever noticed because Microsoft says so. */
export type Watch = {
  address: string;
  /** Mail that came before a notification that was answered with 202, by Microsoft's id. */
  promised: string[];
  /** As Microsoft would: says that something changed. Rejects when nobody answers. @returns the status */
  notify(): Promise<number>;
};

const PAUSE_MS = 40;
const READERS = 3;
/** Longer than the notice, the pause between two rounds and the lease of a worker that died. */
const KEPT_WITHIN_MS = 120_000;

/** Connects such a mailbox, subscribed as far as we know. */
export async function keepWatch(ground: Ground, address: string): Promise<Watch> {
  await ground.connect(address);
  const { id: watcherId } = await ground.watcherOf(address);
  const { key, hash, clientState } = newClientState();
  const subscriptionId = randomUUID();
  const { master } = ground.fleet;
  await registerSubscription(master, { yachtId: YACHT, watcherId, key, hash });
  await noteSubscription(master, { watcherId, key, subscriptionId, state: 'active' });
  const body = JSON.stringify({ value: [{ subscriptionId, clientState, changeType: 'created' }] });
  const headers = { 'content-type': 'application/json' };
  const url = ground.url + NOTIFICATION_PATH;
  const notify = async () => (await fetch(url, { method: 'POST', headers, body })).status;
  return { address, promised: [], notify };
}

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

async function notifyOnce({ store }: Ground, watch: Watch, mail: Postman): Promise<void> {
  const { id } = store.deliver(watch.address, 'inbox', mail('Noticed'));
  const status = await watch.notify().catch(() => null);
  if (status === 202) watch.promised.push(id);
  else expect([null, 503], 'not stored, and said so').toContain(status);
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
  if (answer) expect(answer).not.toMatchObject({ status: 500 });
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
