// What just happened, told to every API process and from there to the pages that are open. Ids only: a page
// asks for what it may see. An event may get lost; then nothing is wrong but that the page is a little late.
import type { Kysely } from 'kysely';

import type { Log } from '#base/log.ts';
import { listen, publish } from '#db/notify.ts';

import type { MasterSchema } from './schema.ts';

/** `user_id`: whose mailbox it is about; null when it concerns everyone aboard. */
export type LiveEvent = {
  yacht_id: string;
  user_id: string | null;
  type: 'sync' | 'threads' | 'links' | 'connection' | 'notice';
  data: Record<string, unknown>;
};

export type Subscriber = {
  onEvent: (event: LiveEvent) => void;
  /** Events may have been missed, or none will come any more: start again. */
  onGap: () => void;
};

export interface Events {
  /** Tells every process; `data` must stay well under 8,000 bytes. */
  publish(event: LiveEvent): Promise<void>;
  /** Hears every event of every yacht until the returned function is called. */
  subscribe(subscriber: Subscriber): Promise<() => void>;
  close(): Promise<void>;
}

const CHANNEL = 'celeste_events';

export type EventsDeps = { master: Kysely<MasterSchema>; masterUrl: string; log: Log };

/** Nothing connects before the first `subscribe`, so a process that only publishes needs no connection more. */
export function createEvents({ master, masterUrl, log }: EventsDeps): Events {
  const subscribers = new Set<Subscriber>();
  let listening: ReturnType<typeof listen> | null = null;

  const everyone = (tell: (subscriber: Subscriber) => void) => [...subscribers].forEach(tell);
  const listenOnce = () => {
    const onMessage = (payload: string) => {
      const event = JSON.parse(payload) as LiveEvent;
      everyone((subscriber) => subscriber.onEvent(event));
    };
    const onReconnect = () => everyone((subscriber) => subscriber.onGap());
    const onError = (err: unknown) => log.warn({ err }, 'live events: the connection to MASTER broke');
    const started = listen(masterUrl, CHANNEL, onMessage, { onReconnect, onError });
    started.catch(() => {
      listening = null;
    });
    return started;
  };

  return {
    publish: (event) => publish(master, CHANNEL, JSON.stringify(event)),
    async subscribe(subscriber) {
      listening ??= listenOnce();
      await listening;
      subscribers.add(subscriber);
      return () => void subscribers.delete(subscriber);
    },
    async close() {
      everyone((subscriber) => subscriber.onGap());
      subscribers.clear();
      await (await listening)?.close();
    },
  };
}
