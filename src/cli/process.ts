// What the long-running commands share: settings read once, and an orderly end.
import type { Log } from '#base/log.ts';
import { createLog } from '#base/log.ts';
import { type Config, loadConfig } from '#config/config.ts';
import { type Env, readEnv } from '#config/env.ts';
import { loadSecrets, type Secrets } from '#config/secrets.ts';

export type Settings = { env: Env; config: Config; secrets: Secrets; log: Log };

/** Reads the settings. @throws CelesteError that names the setting at fault */
export function readSettings(): Settings {
  const env = readEnv();
  const config = loadConfig(env);
  const log = createLog(config.logLevel, { format: config.production ? 'json' : 'text' });
  return { env, config, secrets: loadSecrets(env, config), log };
}

/** Orchestrators kill ten seconds after SIGTERM. https://docs.docker.com/reference/cli/docker/container/stop/ */
const PATIENCE_MS = 9_500;

/** On SIGTERM or Ctrl-C: `stop`, then exit. A second signal, or ten seconds, ends it at once. */
export function stopOnSignal(log: Log, stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = async (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info(`${signal}: stopping`);
    setTimeout(() => process.exit(1), PATIENCE_MS).unref();
    try {
      await stop();
      process.exit(0);
    } catch (err) {
      log.error({ err }, 'it did not stop in good order');
      process.exit(1);
    }
  };
  process.on('SIGTERM', (signal) => void onSignal(signal));
  process.on('SIGINT', (signal) => void onSignal(signal));
}
