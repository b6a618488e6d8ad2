// The mailboxes of a yacht, looked after while no round does: outages are noted, notices raised and taken back, the
// figures kept for whoever reads them.
import type { Clock } from '#base/clock.ts';
import { attend, type Standing } from '#mailboxes/oversight.ts';
import { asWorker } from '#tenants/tenants.ts';

import { type NoticeDeps, publishNotices } from './notices.ts';

export type OverseeDeps = NoticeDeps & {
  clock: Clock;
  /** Told how each yacht's mailboxes stand, for the figures. Never rejects. */
  onStanding: (yachtId: string, standing: Standing, outages: number) => Promise<void> | void;
};

/** Does what the standing of a yacht's mailboxes asks for: mostly nothing. */
export async function oversee(deps: OverseeDeps, yachtId: string, standing: Standing): Promise<void> {
  if (!standing.needsAttention) return deps.onStanding(yachtId, standing, 0);
  const { outages, notices } = await deps.tenants.transact(asWorker(yachtId), (tx) =>
    attend(tx, deps.clock.now()),
  );
  await deps.onStanding(yachtId, standing, outages);
  await publishNotices(deps, yachtId, notices);
}
