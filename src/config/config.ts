// Step two of configuration: names become one typed, checked value. A feature that is not configured is null.
import { resolve } from 'node:path';

import { CelesteError } from '#base/errors.ts';

import { type Env, PROJECT_DIR, type TenantSetting } from './env.ts';
import {
  isDatabaseUrl,
  isPrivate,
  missing,
  readNumber,
  readPair,
  readUrl,
  readWord,
  unreadable,
} from './values.ts';

export type AzureApp = { clientId: string; clientSecret: string };
export type MicrosoftConfig = {
  loginUrl: string;
  /** A directory's id or domain, `common`, `organizations` or `consumers`. */
  tenant: string;
  graphUrl: string;
  read: AzureApp | null;
  write: AzureApp | null;
};
export type BearerConfig = {
  jwksUrl: string | null;
  jwtSecret: string | null;
  issuer: string | null;
  audience: string | null;
};
export type Config = {
  production: boolean;
  http: { host: string; port: number; appUrl: string };
  /** Absolute. */
  dataDir: string;
  databases: {
    /** Null: the embedded server. */
    masterUrl: string | null;
    /** The URL set for a yacht's key alias, or null. Throws `setting_unreadable`. */
    tenantUrl(alias: string): string | null;
    /** Yachts a process stays connected to. */
    yachtsOpen: number;
  };
  microsoft: MicrosoftConfig;
  /** Demo mode when set: our own Microsoft listens here (and by https on the port above). */
  sandboxPort: number | null;
  /** Public base URL of the receiver of Microsoft's notifications; null: mailboxes are polled only. */
  webhookUrl: string | null;
  bearer: BearerConfig | null;
  sync: {
    /** False where Graph has no delta for mail. */ delta: boolean;
    intervalMinutes: number;
    concurrency: number;
  };
  logLevel: string;
  metricsToken: string | null;
};

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const HIGHEST_PORT = 65_535;

// The sandbox knows these registrations; they open nothing else.
const SANDBOX_READ: AzureApp = {
  clientId: '11111111-aaaa-4bbb-8ccc-000000000001',
  clientSecret: 'sandbox-read-secret',
};
const SANDBOX_WRITE: AzureApp = {
  clientId: '11111111-aaaa-4bbb-8ccc-000000000002',
  clientSecret: 'sandbox-write-secret',
};

/** The checked configuration. Throws `setting_missing` or `setting_unreadable`, naming the setting. */
export function loadConfig(env: Env): Config {
  const production = env.NODE_ENV === 'production';
  const { microsoft, sandboxPort } = readMicrosoft(env, production);
  const http = readHttp(env, production);
  refuseModels(env);
  return {
    production,
    http,
    dataDir: resolve(PROJECT_DIR, env.DATA_DIR ?? '.data'),
    databases: {
      masterUrl: readDatabaseUrl(env, 'MASTER_DATABASE_URL'),
      tenantUrl: (alias) => readDatabaseUrl(env, `${alias}_DATABASE_URL`),
      yachtsOpen: readNumber(env, 'YACHTS_OPEN', { min: 10, max: 10_000, otherwise: 100 }),
    },
    microsoft,
    sandboxPort,
    webhookUrl: readWebhookUrl(env) ?? demoWebhookUrl(sandboxPort, http.port),
    bearer: readBearer(env),
    sync: {
      delta: readWord(env, 'GRAPH_NO_DELTA', ['0', '1'], '0') === '0',
      intervalMinutes: readNumber(env, 'SYNC_INTERVAL_MINUTES', { min: 1, max: 1440, otherwise: 15 }),
      concurrency: readNumber(env, 'SYNC_CONCURRENCY', { min: 1, max: 100, otherwise: 8 }),
    },
    logLevel: readWord(env, 'LOG_LEVEL', LOG_LEVELS, 'info'),
    metricsToken: env.METRICS_TOKEN ?? null,
  };
}

function readDatabaseUrl(env: Env, name: TenantSetting): string | null {
  const url = env[name];
  if (url === undefined) return null;
  if (isDatabaseUrl(url)) return url;
  throw unreadable(name, 'must be a URL that begins with postgres://');
}

function readHttp(env: Env, production: boolean): Config['http'] {
  const port = readNumber(env, 'PORT', { min: 1, max: HIGHEST_PORT, otherwise: 3000 });
  const appUrl = readUrl(env, 'APP_URL', ['http:', 'https:']);
  if (production && appUrl === null) {
    throw missing('APP_URL', 'In production APP_URL must say where people find the page');
  }
  if (production && appUrl !== null && !isPrivate(appUrl)) {
    throw unreadable('APP_URL', 'must begin with https:// in production, or sign-ins travel in the clear');
  }
  return { host: env.HOST ?? '127.0.0.1', port, appUrl: appUrl ?? `http://localhost:${port}` };
}

// The sandbox, too, takes http for this machine alone.
// https://learn.microsoft.com/en-us/graph/api/resources/subscription
function readWebhookUrl(env: Env): string | null {
  const url = readUrl(env, 'WEBHOOK_URL', ['https:', 'http:']);
  if (url === null || isPrivate(url)) return url;
  throw unreadable('WEBHOOK_URL', 'must begin with https://: Microsoft notifies no other address');
}

// The sandbox is on this machine and may call it, whatever people know the page by.
function demoWebhookUrl(sandboxPort: number | null, port: number): string | null {
  return sandboxPort === null ? null : `http://localhost:${port}`;
}

function readMicrosoft(env: Env, production: boolean): Pick<Config, 'microsoft' | 'sandboxPort'> {
  const read = readApp(env, 'READ');
  const write = readApp(env, 'WRITE');
  if (read !== null) return { microsoft: realMicrosoft(env, read, write), sandboxPort: null };
  if (write !== null) {
    throw missing('AZURE_READ_APP_ID', 'AZURE_WRITE_APP_ID is set, but AZURE_READ_APP_ID is not');
  }

  const elsewhere = (['MICROSOFT_LOGIN_URL', 'GRAPH_URL'] as const).find((name) => env[name] !== undefined);
  if (elsewhere !== undefined) {
    throw missing('AZURE_READ_APP_ID', `${elsewhere} is set, but AZURE_READ_APP_ID is not`);
  }
  if (production) {
    throw missing(
      'AZURE_READ_APP_ID',
      'AZURE_READ_APP_ID is not set, and the sandbox does not run in production',
    );
  }
  // Its https door is the port above.
  const port = readNumber(env, 'SANDBOX_PORT', { min: 1, max: HIGHEST_PORT - 1, otherwise: 3365 });
  return { microsoft: sandboxMicrosoft(port), sandboxPort: port };
}

function realMicrosoft(env: Env, read: AzureApp | null, write: AzureApp | null): MicrosoftConfig {
  const web = ['https:', 'http:'];
  return {
    loginUrl: readUrl(env, 'MICROSOFT_LOGIN_URL', web) ?? 'https://login.microsoftonline.com',
    tenant: env.MICROSOFT_TENANT ?? 'common',
    graphUrl: readUrl(env, 'GRAPH_URL', web) ?? 'https://graph.microsoft.com/v1.0',
    read,
    write,
  };
}

/** How to reach the sandbox on this port. */
export function sandboxMicrosoft(port: number): MicrosoftConfig {
  const loginUrl = `http://localhost:${port}`;
  return {
    loginUrl,
    tenant: 'common',
    graphUrl: `${loginUrl}/v1.0`,
    read: SANDBOX_READ,
    write: SANDBOX_WRITE,
  };
}

// https://learn.microsoft.com/en-us/entra/identity-platform/quickstart-register-app
const APP_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

function readApp(env: Env, purpose: 'READ' | 'WRITE'): AzureApp | null {
  const id = `AZURE_${purpose}_APP_ID` as const;
  const pair = readPair(env, id, `AZURE_${purpose}_CLIENT_SECRET`);
  if (pair === null) return null;
  const [clientId, clientSecret] = pair;
  // Not shown: it may be the secret, in the wrong place.
  if (!APP_ID.test(clientId)) throw unreadable(id, 'must be the application (client) ID, a GUID');
  return { clientId, clientSecret };
}

// RFC 7518, section 3.2: a key for HS256 has at least the size of its hash.
const SHORTEST_JWT_SECRET = 32;

function readBearer(env: Env): BearerConfig | null {
  const jwksUrl = readUrl(env, 'AUTH_JWKS_URL', ['https:', 'http:']);
  const jwtSecret = env.AUTH_JWT_SECRET ?? null;
  if (jwksUrl === null && jwtSecret === null) {
    const alone = (['AUTH_ISSUER', 'AUTH_AUDIENCE'] as const).find((name) => env[name] !== undefined);
    if (alone === undefined) return null;
    throw missing('AUTH_JWKS_URL', `${alone} is set, but neither AUTH_JWKS_URL nor AUTH_JWT_SECRET is`);
  }
  if (jwtSecret !== null && jwtSecret.length < SHORTEST_JWT_SECRET) {
    throw unreadable('AUTH_JWT_SECRET', `must have at least ${SHORTEST_JWT_SECRET} characters`);
  }
  return { jwksUrl, jwtSecret, issuer: env.AUTH_ISSUER ?? null, audience: env.AUTH_AUDIENCE ?? null };
}

// Better refused than silently without the suggestions somebody asked for.
function refuseModels(env: Env): void {
  const wanted = readWord(env, 'MATCH_AI', ['off', 'anthropic', 'openai'], 'off');
  if (wanted === 'off') return;
  throw new CelesteError('setting_unsupported', `MATCH_AI=${wanted} is not supported by this version yet.`, {
    advice: 'Set MATCH_AI=off or leave it out.',
  });
}
