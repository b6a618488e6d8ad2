import { createLog, type Log } from '#base/log.ts';
import { type Config, loadConfig } from '#config/config.ts';
import { readEnv } from '#config/env.ts';
import { loadSecrets, type Secrets } from '#config/secrets.ts';
import { type Fleet, openFleet } from '#tenants/fleet.ts';

export type Session = { config: Config; secrets: Secrets; fleet: Fleet; log: Log };

/**
 * Runs a short command against the databases of the configuration and closes them afterwards. In demo mode the
 * embedded server is joined when it is running, started and stopped again when it is not.
 */
export async function withFleet<T>(fn: (session: Session) => Promise<T>): Promise<T> {
  const env = readEnv();
  const config = loadConfig(env);
  // A command's answer is what it prints; its log is for trouble.
  const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel, { format: 'text' });
  const secrets = loadSecrets(env, config);
  const fleet = await openFleet({ config, secrets, log });
  try {
    return await fn({ config, secrets, fleet, log });
  } finally {
    await fleet.close();
  }
}

/** The same for a command that reads or writes MASTER's rows. Throws `migrations_pending`. */
export function withMigratedFleet<T>(fn: (session: Session) => Promise<T>): Promise<T> {
  return withFleet(async (session) => {
    await session.fleet.requireMigrated();
    return fn(session);
  });
}
