// One mailbox, open for requests: its token, its gate and its throttle behind a `Graph` that the operations in
// microsoft/ take.
import { CelesteError } from '#base/errors.ts';
import type { Graph, GraphClient, TokenSource } from '#microsoft/graph-client.ts';
import type { Purpose } from '#microsoft/scopes.ts';
import { asWorker, type Tenants } from '#tenants/tenants.ts';

import type { Gates } from './gate.ts';
import type { Lease } from './lease.ts';
import type { Tokens } from './tokens.ts';

export type MailboxDeps = { tenants: Tenants; tokens: Tokens; graph: GraphClient; gates: Gates };

export type OpenOptions = {
  /** By which of the two apps; default `read`. */
  purpose?: Purpose;
  /** The lease of whoever syncs this mailbox: most of the request places come with it. */
  lease?: Lease;
  /** The first request shows a token that was made for it, with its whole life before it. */
  freshToken?: boolean;
};

export interface Mailboxes {
  /**
   * Opens a mailbox, with the consent of whoever connected it; whoever calls has checked that it may be read.
   * The `Graph` throws, besides GraphError, what tokens throw, and `throttled`.
   *
   * @throws CelesteError `watcher_not_found`
   */
  open(yachtId: string, watcherId: string, options?: OpenOptions): Promise<Graph>;
  /** The person with whose consent `open` opens it: a user id. @throws CelesteError `watcher_not_found` */
  openedBy(yachtId: string, watcherId: string): Promise<string>;
}

export function createMailboxes({ tenants, tokens, graph, gates }: MailboxDeps): Mailboxes {
  const find = async (yachtId: string, watcherId: string) => {
    const watcher = await tenants.read(asWorker(yachtId), (db) =>
      db
        .selectFrom('email_watchers')
        .select(['user_id', 'kind', 'mailbox'])
        .where('id', '=', watcherId)
        .executeTakeFirst(),
    );
    if (!watcher) throw watcherNotFound();
    return watcher;
  };
  return {
    openedBy: async (yachtId, watcherId) => (await find(yachtId, watcherId)).user_id,
    open: async (yachtId, watcherId, { purpose = 'read', lease, freshToken = false } = {}) => {
      const watcher = await find(yachtId, watcherId);
      const kept = tokens.source({ yachtId, userId: watcher.user_id, purpose });
      const source = freshToken ? freshFirst(kept) : kept;
      const key = { yachtId, watcherId, app: purpose, leaseOwner: lease?.owner ?? null };
      return graph.as(source, gates.of(key), watcher.kind === 'shared' ? watcher.mailbox : undefined);
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
