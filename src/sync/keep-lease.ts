// Holds on to a mailbox while a round runs.
import { CelesteError } from '#base/errors.ts';
import type { Log } from '#base/log.ts';
import { holdLease, LEASE_SECONDS, type Lease } from '#mailboxes/lease.ts';
import { asWorker, type Tenants } from '#tenants/tenants.ts';

import type { WatcherRow } from './round.ts';

// Whoever cannot reach the database takes its requests back before the mailbox is another's.
const LAPSE_MS = (LEASE_SECONDS - 1) * 1000;

type Deps = { tenants: Tenants; log: Log };
type Keeping = { lease: Lease; watcher: WatcherRow; stop: (AbortSignal | undefined)[] };

/**
 * Renews the lease while a page takes long; `signal` aborts when it is lost, when it may be before we could know, or
 * when one of `stop` does.
 */
export function keepLease({ tenants, log }: Deps, { lease, watcher, stop }: Keeping) {
  const lost = new AbortController();
  const lapse = () =>
    lost.abort(new CelesteError('lease_lost', 'The lease could not be renewed before it ran out.'));
  let lapsing = setTimeout(lapse, LAPSE_MS);
  const renew = async () => {
    const askedAt = performance.now();
    try {
      await tenants.transact(asWorker(watcher.yacht_id), (tx) => holdLease(tx, lease));
      clearTimeout(lapsing);
      if (!isOver) lapsing = setTimeout(lapse, LAPSE_MS - (performance.now() - askedAt));
    } catch (error) {
      if (error instanceof CelesteError && error.code === 'lease_lost') lost.abort(error);
      else log.warn({ watcher: watcher.id, err: error }, 'a lease could not be renewed');
    }
  };
  let isOver = false;
  const timer = setInterval(() => void renew(), (LEASE_SECONDS * 1000) / 3);
  return {
    signal: AbortSignal.any([...stop.filter((each) => each !== undefined), lost.signal]),
    stop: () => {
      isOver = true;
      clearInterval(timer);
      clearTimeout(lapsing);
    },
  };
}
