// What the steps of one mailbox's round share.
import type { Selectable } from 'kysely';

import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Lastly } from '#db/pipeline.ts';
import type { Lease } from '#mailboxes/lease.ts';
import type { Graph } from '#microsoft/graph-client.ts';
import type { EmailFoldersTable, EmailWatchersTable } from '#tenants/schema.ts';
import { asWorker, type Tenants, type TenantWriter } from '#tenants/tenants.ts';

import type { MailSource } from './source.ts';

export type FolderRow = Selectable<EmailFoldersTable>;
export type WatcherRow = Selectable<EmailWatchersTable>;

export type Round = {
  tenants: Tenants;
  graph: Graph;
  source: MailSource;
  clock: Clock;
  log: Log;
  watcher: WatcherRow;
  lease: Lease;
  signal: AbortSignal;
};

/** A transaction on the yacht this round is about. */
export function transact<T>(
  round: Pick<Round, 'tenants' | 'watcher'>,
  fn: (tx: TenantWriter, lastly: Lastly) => Promise<T>,
): Promise<T> {
  return round.tenants.transact(asWorker(round.watcher.yacht_id), fn);
}
