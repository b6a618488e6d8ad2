// `celeste work`: the background work (sync, matching); as many processes as needed, on any machine.
import { readSettings } from './process.ts';
import { serve } from './serve.ts';

/**
 * Works until it is told to stop. With `healthPort` it answers /healthz, /readyz and /metrics there.
 *
 * @throws CelesteError for what keeps it from starting
 */
export async function work({ healthPort }: { healthPort?: number | undefined }): Promise<void> {
  const settings = readSettings();
  const { concurrency } = settings.config.sync;
  await serve(settings, 'worker', async (service) => {
    if (healthPort !== undefined) {
      await service.startHealth({ host: settings.config.http.host, port: healthPort });
    }
    await service.startWorker();
    settings.log.info({ mailboxes_at_once: concurrency }, 'the worker is up');
  });
}
