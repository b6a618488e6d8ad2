// Messages between processes over PostgreSQL's LISTEN and NOTIFY. They are lost while nobody listens: only
// nudges go this way, the facts stand in tables. https://www.postgresql.org/docs/current/sql-notify.html
import { setTimeout as wait } from 'node:timers/promises';

import { type Kysely, sql } from 'kysely';
import { Client } from 'pg';

import { backoffMs } from '#base/retry.ts';

export type ListenOptions = {
  /** Told at every connection but the first: messages may have been missed since the last. */
  onReconnect?: () => void;
  onError?: (error: unknown) => void;
};

const LONGEST_PAUSE_ATTEMPT = 6;
const FIRST_PAUSE_MS = 250;

/** Sends `payload` (under 8,000 bytes) to whoever listens to `channel`, once the transaction commits. */
export async function publish<Schema>(db: Kysely<Schema>, channel: string, payload: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(db);
}

/**
 * Calls `onMessage` with each payload sent to `channel`, over a connection of its own that is renewed when it
 * breaks. Resolves once it listens; throws when it cannot the first time. `url` must not go through a
 * transaction pooler, which forgets who listens.
 */
export async function listen(
  url: string,
  channel: string,
  onMessage: (payload: string) => void,
  options: ListenOptions = {},
): Promise<{ close(): Promise<void> }> {
  const closing = new AbortController();
  let client = await connect(url, channel, onMessage);

  const follow = (current: Client) => {
    current.on('error', (error) => options.onError?.(error));
    current.once('end', () => void reconnect());
  };
  const reconnect = async () => {
    for (let attempt = 1; !closing.signal.aborted; attempt += 1) {
      try {
        client = await connect(url, channel, onMessage);
        if (closing.signal.aborted) return void (await client.end());
        follow(client);
        options.onReconnect?.();
        return;
      } catch (error) {
        if (closing.signal.aborted) return;
        options.onError?.(error);
      }
      await pause(Math.min(attempt, LONGEST_PAUSE_ATTEMPT), closing.signal);
    }
  };
  follow(client);

  return {
    close: async () => {
      closing.abort();
      client.removeAllListeners('end');
      await client.end();
    },
  };
}

async function connect(url: string, channel: string, onMessage: (payload: string) => void): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: `celeste-mail ${channel}`,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  client.on('notification', ({ payload }) => onMessage(payload ?? ''));
  try {
    await client.connect();
    await client.query(`listen ${client.escapeIdentifier(channel)}`);
    return client;
  } catch (error) {
    client.on('error', () => undefined);
    await client.end().catch(() => undefined);
    throw error;
  }
}

async function pause(attempt: number, signal: AbortSignal): Promise<void> {
  await wait(backoffMs(FIRST_PAUSE_MS, attempt), undefined, { signal }).catch((error) => {
    if (!signal.aborted) throw error;
  });
}
