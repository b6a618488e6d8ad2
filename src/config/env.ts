// Step one of configuration: the names. This is the only file that looks at the process's environment.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';

import { CelesteError } from '#base/errors.ts';

/** Every setting there is; `.env.example` says what each one means. */
export const SETTINGS = [
  'NODE_ENV',
  'PORT',
  'HOST',
  'APP_URL',
  'DATA_DIR',
  'MASTER_DATABASE_URL',
  'YACHTS_OPEN',
  'AZURE_READ_APP_ID',
  'AZURE_READ_CLIENT_SECRET',
  'AZURE_WRITE_APP_ID',
  'AZURE_WRITE_CLIENT_SECRET',
  'MICROSOFT_LOGIN_URL',
  'MICROSOFT_TENANT',
  'GRAPH_URL',
  'GRAPH_NO_DELTA',
  'SANDBOX_PORT',
  'WEBHOOK_URL',
  'TOKEN_KEYS',
  'AUTH_JWKS_URL',
  'AUTH_JWT_SECRET',
  'AUTH_ISSUER',
  'AUTH_AUDIENCE',
  'SYNC_INTERVAL_MINUTES',
  'SYNC_CONCURRENCY',
  'MATCH_AI',
  'MATCH_AI_MODEL',
  'MATCH_AI_URL',
  'ANTHROPIC_API_KEY',
  'OPENAI_API_KEY',
  'LOG_LEVEL',
  'METRICS_TOKEN',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
] as const;

export type Setting = (typeof SETTINGS)[number];
/** A TENANT's connection: `<alias>_DATABASE_URL`. */
export type TenantSetting = `${string}_DATABASE_URL`;
export type Env = { readonly [name in Setting | TenantSetting]?: string };

/** The folder of the checkout; `.env` stands in it, and a relative `DATA_DIR` begins there. */
export const PROJECT_DIR = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The process's environment over what `file` says. An empty value counts as absent, as in `NAME=`.
 * Throws `setting_unreadable` when the file is there but cannot be read.
 */
export function readEnv(file: string = `${PROJECT_DIR}.env`): Env {
  const all = { ...readFile(file), ...process.env };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value?.trim() !== ''));
}

function readFile(file: string): NodeJS.Dict<string> {
  if (!existsSync(file)) return {};
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new CelesteError('setting_unreadable', `The file ${file} cannot be read.`, {
      cause,
      advice: 'Let this user read it, or take it away.',
    });
  }
}
