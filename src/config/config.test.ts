import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { loadConfig } from './config.ts';
import { PROJECT_DIR, SETTINGS } from './env.ts';

const APP_ID = '3f8e2c1a-5b7d-4e90-A1b2-c3d4e5f60718';
const AZURE = { AZURE_READ_APP_ID: APP_ID, AZURE_READ_CLIENT_SECRET: 'read-secret' };
const WRITE = { AZURE_WRITE_APP_ID: APP_ID, AZURE_WRITE_CLIENT_SECRET: 'write-secret' };
const PRODUCTION = { NODE_ENV: 'production', APP_URL: 'https://mail.example.com', ...AZURE };

describe('without any setting', () => {
  const config = loadConfig({});

  it('is a demo on this machine', () => {
    expect(config).toMatchObject({
      production: false,
      http: { host: '127.0.0.1', port: 3000, appUrl: 'http://localhost:3000' },
      databases: { masterUrl: null },
      sandboxPort: 3365,
      microsoft: {
        loginUrl: 'http://localhost:3365',
        graphUrl: 'http://localhost:3365/v1.0',
        tenant: 'common',
      },
      webhookUrl: 'http://localhost:3000',
      bearer: null,
      sync: { delta: true, intervalMinutes: 15, concurrency: 8 },
      logLevel: 'info',
      metricsToken: null,
    });
    expect(config.dataDir).toBe(`${PROJECT_DIR}.data`);
  });
});

describe('Microsoft', () => {
  it('is the real one as soon as an app is set, and a purpose without an app is null', () => {
    const { microsoft, sandboxPort } = loadConfig(AZURE);
    expect(sandboxPort).toBeNull();
    expect(microsoft).toEqual({
      loginUrl: 'https://login.microsoftonline.com',
      tenant: 'common',
      graphUrl: 'https://graph.microsoft.com/v1.0',
      read: { clientId: APP_ID, clientSecret: 'read-secret' },
      write: null,
    });
  });

  it('may be a national cloud', () => {
    const china = {
      MICROSOFT_LOGIN_URL: 'https://login.chinacloudapi.cn/',
      GRAPH_URL: 'https://microsoftgraph.chinacloudapi.cn/v1.0',
    };
    expect(loadConfig({ ...AZURE, ...china }).microsoft).toMatchObject({
      loginUrl: 'https://login.chinacloudapi.cn',
      graphUrl: 'https://microsoftgraph.chinacloudapi.cn/v1.0',
    });
  });
});

describe('push', () => {
  it.each(['https://mail.example.com', 'http://localhost:3000', 'http://127.0.0.1:3000'])(
    'may be sent to %s',
    (url) => {
      expect(loadConfig({ ...AZURE, WEBHOOK_URL: `${url}/` }).webhookUrl).toBe(url);
    },
  );
});

describe('what is refused, naming the setting', () => {
  it.each([
    [{ AZURE_READ_APP_ID: 'x' }, 'setting_missing', 'AZURE_READ_CLIENT_SECRET'],
    [{ AZURE_READ_CLIENT_SECRET: 'x' }, 'setting_missing', 'AZURE_READ_APP_ID'],
    [{ ...AZURE, AZURE_WRITE_APP_ID: 'x' }, 'setting_missing', 'AZURE_WRITE_CLIENT_SECRET'],
    // The write app alone connects no mailbox.
    [WRITE, 'setting_missing', 'AZURE_READ_APP_ID'],
    [{ ...AZURE, AZURE_READ_APP_ID: 'notaguid' }, 'setting_unreadable', 'AZURE_READ_APP_ID'],
    [{ ...AZURE, ...WRITE, AZURE_WRITE_APP_ID: `{${APP_ID}}` }, 'setting_unreadable', 'AZURE_WRITE_APP_ID'],
    [{ GRAPH_URL: 'https://graph.test' }, 'setting_missing', 'AZURE_READ_APP_ID'],
    [{ AUTH_ISSUER: 'x' }, 'setting_missing', 'AUTH_JWKS_URL'],
    [{ AUTH_JWT_SECRET: 'short' }, 'setting_unreadable', 'AUTH_JWT_SECRET'],
    [{ PORT: '80a' }, 'setting_unreadable', 'PORT'],
    [{ PORT: '70000' }, 'setting_unreadable', 'PORT'],
    [{ PORT: '-1' }, 'setting_unreadable', 'PORT'],
    // The page's own address follows from it, so it cannot be left to chance.
    [{ PORT: '0' }, 'setting_unreadable', 'PORT'],
    [{ APP_URL: 'mail.example.com' }, 'setting_unreadable', 'APP_URL'],
    [{ MASTER_DATABASE_URL: 'mysql://x' }, 'setting_unreadable', 'MASTER_DATABASE_URL'],
    [{ AUTH_JWKS_URL: 'nonsense' }, 'setting_unreadable', 'AUTH_JWKS_URL'],
    [{ WEBHOOK_URL: 'ftp://x' }, 'setting_unreadable', 'WEBHOOK_URL'],
    [{ ...AZURE, WEBHOOK_URL: 'http://mail.example.com' }, 'setting_unreadable', 'WEBHOOK_URL'],
    // Our own Microsoft refuses it as well.
    [{ WEBHOOK_URL: 'http://192.168.1.20:3000' }, 'setting_unreadable', 'WEBHOOK_URL'],
    [{ SYNC_INTERVAL_MINUTES: '0' }, 'setting_unreadable', 'SYNC_INTERVAL_MINUTES'],
    [{ SYNC_CONCURRENCY: '1.5' }, 'setting_unreadable', 'SYNC_CONCURRENCY'],
    [{ YACHTS_OPEN: 'all' }, 'setting_unreadable', 'YACHTS_OPEN'],
    [{ LOG_LEVEL: 'loud' }, 'setting_unreadable', 'LOG_LEVEL'],
    [{ MATCH_AI: 'anthropic' }, 'setting_unsupported', 'MATCH_AI'],
    [{ ...PRODUCTION, APP_URL: undefined }, 'setting_missing', 'APP_URL'],
    [{ ...PRODUCTION, APP_URL: 'http://mail.example.com' }, 'setting_unreadable', 'APP_URL'],
    [{ NODE_ENV: 'production', APP_URL: 'https://mail.example.com' }, 'setting_missing', 'AZURE_READ_APP_ID'],
  ])('%j', (env, code, name) => {
    expect(() => loadConfig(env as Parameters<typeof loadConfig>[0])).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringContaining(name),
        advice: expect.stringContaining(name),
      }),
    );
  });

  it('a yacht’s URL, when it is asked for', () => {
    const { tenantUrl } = loadConfig({
      CORVINA_DATABASE_URL: 'postgres://db.test/corvina',
      ORCA_DATABASE_URL: 'oops',
    }).databases;
    expect(tenantUrl('CORVINA')).toBe('postgres://db.test/corvina');
    expect(tenantUrl('MELTEMI_ROSE')).toBeNull();
    expect(() => tenantUrl('ORCA')).toThrow(/ORCA_DATABASE_URL/);
  });

  it('never with the value of a URL in the message, which may hold a password', () => {
    expect(() => loadConfig({ MASTER_DATABASE_URL: 'http://u:hunter2@db.test' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });
});

describe('production', () => {
  it('starts with an https page and a real app', () => {
    expect(loadConfig(PRODUCTION)).toMatchObject({ production: true, sandboxPort: null });
  });
});

describe('.env.example', () => {
  it('lists every setting, and none that does not exist', () => {
    const text = readFileSync(`${PROJECT_DIR}.env.example`, 'utf8');
    const listed = [...text.matchAll(/^#?\s?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name);
    const known = [...SETTINGS, 'CORVINA_DATABASE_URL'];
    expect([...new Set(listed)].sort()).toEqual(known.sort());
  });
});
