// One mailbox, open for requests: its token, its gate and its throttle behind a `Graph` that the operations in
// microsoft/ take.
import { CelesteError } from '#base/errors.ts';
import type { Graph, GraphClient, TokenSource } from '#microsoft/graph-client.ts';
import type { Purpose } from '#microsoft/scopes.ts';
import type { MailboxKind } from '#tenants/schema.ts';
import { asWorker, type TenantReader, type Tenants } from '#tenants/tenants.ts';

import type { Gates } from './gate.ts';
import type { ClaimedWatcher, Lease } from './lease.ts';
import type { Tokens } from './tokens.ts';

export type MailboxDeps = { tenants: Tenants; tokens: Tokens; graph: GraphClient; gates: Gates };

export type OpenOptions = {
  /** By which of the two apps; default `read`. */
  purpose?: Purpose;
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
  /**
   * Opens a mailbox for whoever just leased it, in the transaction that did: most of the request places come with
   * the lease, and its token is read along. The `Graph` throws the same.
   */
  openLeased(tx: TenantReader, watcher: ClaimedWatcher, lease: Lease): Promise<LeasedMailbox>;
}

/** `end`: the lease is being given back, and what the gate kept for the next request goes with it. */
export type LeasedMailbox = { graph: Graph; end(): void };

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
    open: async (yachtId, watcherId, { purpose = 'read', freshToken = false } = {}) => {
      const watcher = await find(yachtId, watcherId);
      const kept = tokens.source({ yachtId, userId: watcher.user_id, purpose });
      const source = freshToken ? freshFirst(kept) : kept;
      return graph.as(source, gates.of({ yachtId, watcherId, app: purpose }), sharedAddress(watcher));
    },
    openLeased: async (tx, watcher, lease) => {
      const owner = { yachtId: watcher.yacht_id, userId: watcher.user_id, purpose: 'read' as const };
      const source = await tokens.sourceWithin(tx, owner);
      const gate = gates.ofLease(watcher.yacht_id, lease);
      return { graph: graph.as(source, gate, sharedAddress(watcher)), end: gate.end };
    },
  };
}

function sharedAddress({ kind, mailbox }: { kind: MailboxKind; mailbox: string }): string | undefined {
  return kind === 'shared' ? mailbox : undefined;
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
