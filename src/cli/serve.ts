import { createService, type Service } from '#app.ts';
import { keepHeapSmall } from '#base/heap.ts';
import { openFleet } from '#tenants/fleet.ts';

import { type Settings, stopOnSignal } from './process.ts';

/**
 * Runs one role of the service on migrated databases until it is told to stop; when it does not come up,
 * whatever was opened is closed again.
 *
 * @throws CelesteError `migrations_pending`, and for whatever else keeps it from starting
 */
export async function serve(
  settings: Settings,
  role: 'api' | 'worker',
  begin: (service: Service) => Promise<unknown>,
): Promise<void> {
  keepHeapSmall();
  const fleet = await openFleet(settings);
  const open = [fleet.close];
  const close = async () => {
    for (const each of open.reverse()) await each();
  };
  try {
    await fleet.requireMigrated();
    const service = await createService({ ...settings, fleet, role });
    open.push(service.stop);
    stopOnSignal(settings.log, close);
    await begin(service);
  } catch (error) {
    await close();
    throw error;
  }
}
