// `celeste api`: the API and the page; as many processes as needed.
import { readSettings } from './process.ts';
import { serve } from './serve.ts';

/** Serves until it is told to stop. @throws CelesteError for what keeps it from starting */
export async function api(): Promise<void> {
  const settings = readSettings();
  const { host, appUrl } = settings.config.http;
  await serve(settings, 'api', async (service) => {
    const { port } = await service.startApi();
    settings.log.info({ host, port, url: appUrl }, 'the API is up');
  });
}
