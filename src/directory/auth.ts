// Sign-in with e-mail and password, kept by better-auth in MASTER's auth_ tables. Nobody signs up: the
// operator adds people. https://www.better-auth.com/docs
import { betterAuth } from 'better-auth';
import type { Kysely } from 'kysely';

import type { Log } from '#base/log.ts';

import { demoSignIn } from './demo-sign-in.ts';
import type { MasterSchema } from './schema.ts';

export type Session = { userId: string; sessionId: string };

export interface Auth {
  /** Answers the requests under /api/auth. */
  handle(request: Request): Promise<Response>;
  /** Who the session cookie of these headers belongs to; null when there is none that holds. */
  sessionOf(headers: Headers): Promise<Session | null>;
}

export type AuthOptions = {
  master: Kysely<MasterSchema>;
  appUrl: string;
  /** Signs the session cookies; the same in every process. */
  secret: string;
  /** Adds the one-click sign-ins. */
  demo: boolean;
  log: Log;
};

/** Set by our own HTTP layer from the connection, never taken from the request as it came. */
export const CLIENT_ADDRESS_HEADER = 'x-celeste-client-address';

const COOKIE_PREFIX = 'celeste';

/** The name of the session's cookie; where the page is on https, browsers keep it to https by its name. */
export const sessionCookie = (secure: boolean) =>
  `${secure ? '__Secure-' : ''}${COOKIE_PREFIX}.session_token`;

export function createAuth(options: AuthOptions): Auth {
  const auth = betterAuth(settings(options));
  return {
    handle: (request) => auth.handler(request),
    async sessionOf(headers) {
      const found = await auth.api.getSession({ headers });
      return found ? { userId: found.user.id, sessionId: `session:${found.session.id}` } : null;
    },
  };
}

function settings({ master, appUrl, secret, demo, log }: AuthOptions) {
  return {
    appName: 'Celeste Mail',
    baseURL: appUrl,
    basePath: '/api/auth',
    trustedOrigins: [new URL(appUrl).origin],
    secret,
    database: { db: master, type: 'postgres' as const },
    emailAndPassword: { enabled: true, disableSignUp: true },
    plugins: demo ? [demoSignIn(master)] : [],
    telemetry: { enabled: false },
    logger: { log: (level: string, message: string) => log.debug(`sign-in (${level}): ${message}`) },
    rateLimit: {
      enabled: true,
      storage: 'database' as const,
      modelName: 'auth_rate_limits',
      fields: { lastRequest: 'last_request' },
    },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: appUrl.startsWith('https:'),
      database: { generateId: 'uuid' as const },
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
    },
    ...TABLES,
  };
}

const STAMPS = { createdAt: 'created_at', updatedAt: 'updated_at' };

/** better-auth's models under our names (migration master/0002-sign-in.sql). */
const TABLES = {
  user: { modelName: 'auth_users', fields: { ...STAMPS, emailVerified: 'email_verified' } },
  session: {
    modelName: 'auth_sessions',
    fields: {
      ...STAMPS,
      userId: 'user_id',
      expiresAt: 'expires_at',
      ipAddress: 'ip_address',
      userAgent: 'user_agent',
    },
  },
  account: {
    modelName: 'auth_accounts',
    fields: {
      ...STAMPS,
      userId: 'user_id',
      accountId: 'account_id',
      providerId: 'provider_id',
      accessToken: 'access_token',
      refreshToken: 'refresh_token',
      idToken: 'id_token',
      accessTokenExpiresAt: 'access_token_expires_at',
      refreshTokenExpiresAt: 'refresh_token_expires_at',
    },
  },
  verification: { modelName: 'auth_verifications', fields: { ...STAMPS, expiresAt: 'expires_at' } },
};
