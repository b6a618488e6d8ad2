// One mailbox, open for requests: its token, its gate and its throttle behind a `Graph` that the operations in
// microsoft/ take.
import { CelesteError } from '#base/errors.ts';
import type { Graph, GraphClient, TokenSource } from '#microsoft/graph-client.ts';
import { asWorker, type Tenants } from '#tenants/tenants.ts';

import type { Gates } from './gate.ts';
import type { Tokens } from './tokens.ts';

export type MailboxDeps = { tenants: Tenants; tokens: Tokens; graph: GraphClient; gates: Gates };

/** `freshToken`: the first request shows a token that was made for it, with its whole life before it. */
export type OpenOptions = { freshToken?: boolean };

export interface Mailboxes {
  /**
   * Opens a mailbox for reading, with the consent of whoever connected it; whoever calls has checked that it may be read.
   * The `Graph` throws, besides GraphError, what tokens throw, and `throttled`.
   *
   * @throws CelesteError `watcher_not_found`
   */
  open(yachtId: string, watcherId: string, options?: OpenOptions): Promise<Graph>;
}

export function createMailboxes({ tenants, tokens, graph, gates }: MailboxDeps): Mailboxes {
  return {
    open: async (yachtId, watcherId, { freshToken = false } = {}) => {
      const watcher = await tenants.read(asWorker(yachtId), (db) =>
        db
          .selectFrom('email_watchers')
          .select(['user_id', 'throttled_until', 'kind', 'mailbox'])
          .where('id', '=', watcherId)
          .executeTakeFirst(),
      );
      if (!watcher) throw watcherNotFound();
      const owner = { yachtId, userId: watcher.user_id, purpose: 'read' } as const;
      const source = freshToken ? freshFirst(tokens.source(owner)) : tokens.source(owner);
      const sharedAddress = watcher.kind === 'shared' ? watcher.mailbox : undefined;
      const record = (until: Date) => recordThrottle(tenants, { yachtId, watcherId }, until);
      return graph.as(source, gates.of(watcherId, { until: watcher.throttled_until, record }), sharedAddress);
    },
  };
}

function freshFirst(source: TokenSource): TokenSource {
  let isFresh = false;
  return {
    ...source,
    current: async () => {
      if (isFresh) return source.current();
      isFresh = true;
      return source.renewed(await source.current());
    },
  };
}

export function watcherNotFound(): CelesteError {
  return new CelesteError('watcher_not_found', 'There is no such mailbox here, or it is not yours to see.');
}

async function recordThrottle(
  tenants: Tenants,
  at: { yachtId: string; watcherId: string },
  until: Date,
): Promise<void> {
  await tenants.transact(asWorker(at.yachtId), (tx) =>
    tx
      .updateTable('email_watchers')
      .set({ throttled_until: until })
      .where('id', '=', at.watcherId)
      .where((eb) => eb.or([eb('throttled_until', 'is', null), eb('throttled_until', '<', until)]))
      .execute(),
  );
}
