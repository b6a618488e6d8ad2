// The operator's commands as an operator runs them: a process, what it prints, and how it ends.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createLog } from '#base/log.ts';
import { asWorker, createTenants, type TenantWriter } from '#tenants/tenants.ts';

import { createEmpty, type TestDatabase } from './support/postgres.ts';

const program = fileURLToPath(new URL('../scripts/celeste.mjs', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'celeste-cli-'));
const WATCHER = randomUUID();

type Empty = TestDatabase<Record<string, never>>;
type Ending = { code: number; out: string; err: string };

let master: Empty;
let corvina: Empty;
let orca: Empty;

beforeAll(async () => {
  [master, corvina, orca] = await Promise.all([createEmpty(), createEmpty(), createEmpty()]);
});
afterAll(async () => {
  await Promise.all([master.close(), corvina.close(), orca.close()]);
  rmSync(dataDir, { recursive: true, force: true });
});

/** Runs `celeste` with these arguments, the two databases, and settings on top. */
function celeste(args: string[], settings: Record<string, string> = {}): Promise<Ending> {
  const env = environment(settings);
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env, timeout: 50_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

const environment = (settings: Record<string, string>) => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  DATA_DIR: dataDir,
  MASTER_DATABASE_URL: master.url,
  CORVINA_DATABASE_URL: corvina.url,
  ...settings,
});

/** Fails with exactly one line that names what is at fault. */
async function expectOneLine(running: Promise<Ending>, ...words: string[]): Promise<void> {
  const { code, err } = await running;
  expect(code).toBe(1);
  for (const word of words) expect(err).toContain(word);
  expect(err).not.toContain('hidden');
  expect(err).toMatch(/^celeste: [^\n]+\n$/);
}

describe('celeste', () => {
  it('helps', async () => {
    const { code, out } = await celeste(['--help']);
    expect(code).toBe(0);
    for (const command of ['start', 'api', 'work', 'migrate', 'tenant', 'user', 'watcher', 'doctor']) {
      expect(out).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
  });

  it.runIf(process.platform === 'linux').each<[string, Record<string, string>]>([
    ['with keys to make', {}],
    ['with only a sandbox to keep', { TOKEN_KEYS: `k1:${'A'.repeat(43)}` }],
  ])('start refuses a DATA_DIR that cannot be, %s', async (_, settings) => {
    const ports = await freePorts();
    await expectOneLine(celeste(['start'], { ...ports, ...settings, DATA_DIR: '/proc/x' }), 'DATA_DIR');
  });

  it('says so when MASTER is not prepared, then prepares it', async () => {
    await expectOneLine(celeste(['tenant', 'list']), 'celeste migrate');
    expect(await celeste(['migrate'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('of this version'),
    });
  });

  it('adds a yacht whose database is known, and prepares it', async () => {
    const yacht = ['tenant', 'add', '--yacht', 'corvina', '--name', 'M/Y Corvina', '--alias'];
    await expectOneLine(celeste([...yacht, 'NOWHERE']), 'NOWHERE_DATABASE_URL');
    expect(await celeste([...yacht, 'CORVINA'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('ready'),
    });
    const { rows } = await corvina.pool.query(`select to_regclass('email_messages') is not null as there`);
    expect(rows).toEqual([{ there: true }]);
  });

  it("refuses another yacht's alias, a URL of something else and an empty name, and registers nothing", async () => {
    const yacht = ['tenant', 'add', '--yacht', 'orca', '--name', 'M/Y Orca', '--alias'];
    await expectOneLine(celeste([...yacht, 'CORVINA']), 'CORVINA', 'corvina');
    for (const wrong of [
      [...yacht, 'ORCA', '--database-url', 'mysql://db.test/orca'],
      ['tenant', 'add', '--yacht', 'orca', '--name', ' ', '--alias', 'ORCA'],
    ]) {
      expect((await celeste(wrong)).code).toBe(1);
    }
    expect((await celeste(['tenant', 'list'])).out).not.toContain('orca');
  });

  it('keeps a database URL in the registry sealed', async () => {
    const add = [
      'tenant',
      'add',
      '--yacht',
      'orca',
      '--name',
      'M/Y Orca',
      '--alias',
      'ORCA',
      '--database-url',
      orca.url,
    ];
    expect(await celeste(add)).toMatchObject({ code: 0 });
    const { rows } = await master.pool.query(
      `select sealed_database_url as sealed from fleet_registry where yacht_id = 'orca'`,
    );
    expect(rows[0].sealed).toMatch(/^eyJ/);
    expect(rows[0].sealed).not.toContain('postgres');
    const { out } = await celeste(['tenant', 'list']);
    expect(out).toMatch(/^corvina +M\/Y Corvina +CORVINA +yes +CORVINA_DATABASE_URL$/m);
    expect(out).toMatch(/^orca +M\/Y Orca +ORCA +yes +registry$/m);
  });

  it('adds people, with an id of another issuer too', async () => {
    const add = ['user', 'add', '--yacht', 'corvina', '--email', 'eto@corvina.test'];
    const id = randomUUID();
    expect(await celeste([...add, '--role', 'eto', '--id', id])).toMatchObject({ code: 0, out: `${id}\n` });
    const { rows } = await master.pool.query(
      'select role, email, yacht_id from user_accounts where id = $1',
      [id],
    );
    expect(rows).toEqual([{ role: 'eto', email: 'eto@corvina.test', yacht_id: 'corvina' }]);
    expect((await celeste([...add, '--role', 'admiral'])).err).toContain('chief_engineer');
    await expectOneLine(
      celeste(['user', 'add', '--yacht', 'nowhere', '--email', 'a@b.test', '--role', 'eto']),
      'nowhere',
    );
  });

  it('shows mailboxes, asks for a sync, pauses and resumes', async () => {
    await addWatcher();
    expect((await celeste(['watcher', 'list'])).out).toMatch(
      new RegExp(`^${WATCHER} +corvina +eto@corvina.test +active`, 'm'),
    );
    expect(await celeste(['watcher', 'pause', WATCHER])).toMatchObject({ code: 0 });
    expect((await celeste(['watcher', 'list', '--yacht', 'corvina'])).out).toContain('paused');
    expect(await celeste(['watcher', 'resume', WATCHER])).toMatchObject({ code: 0 });
    expect(await celeste(['watcher', 'sync', WATCHER])).toMatchObject({ code: 0 });
    await expectOneLine(celeste(['watcher', 'sync', randomUUID()]), 'celeste watcher list');
  });

  it('reaches a mailbox while the database of another yacht is away', async () => {
    const away = { AFAR_DATABASE_URL: 'postgres://u:hidden@127.0.0.1:1/afar' };
    const add = ['tenant', 'add', '--yacht', 'afar', '--name', 'M/Y Afar', '--alias', 'AFAR'];
    await expectOneLine(celeste(add, away), 'afar', 'AFAR_DATABASE_URL', 'celeste migrate');
    const { code, out } = await celeste(['migrate'], away);
    expect(code).toBe(1);
    expect(out).toMatch(/^afar: .*ECONNREFUSED.* Check AFAR_DATABASE_URL /m);
    expect(out).not.toContain('hidden');
    expect(await celeste(['watcher', 'sync', WATCHER], away)).toMatchObject({ code: 0 });
    await expectOneLine(celeste(['watcher', 'sync', randomUUID()], away), 'afar');
    await master.pool.query(`delete from fleet_registry where yacht_id = 'afar'`);
  });

  it('ends a mailbox whose owner cannot, and keeps its mail unless told otherwise', async () => {
    const statusOf = async () => (await celeste(['watcher', 'list'])).out;
    expect(await celeste(['watcher', 'disconnect', WATCHER])).toMatchObject({
      code: 0,
      out: expect.stringContaining('its mail stays'),
    });
    expect(await statusOf()).toMatch(
      new RegExp(`^${WATCHER} +corvina .* disconnected .*Whoever runs Celeste Mail`, 'm'),
    );
    const tokens = await onCorvina((tx) => tx.selectFrom('auth_microsoft_tokens').selectAll().execute());
    expect(tokens).toEqual([]);
    const purge = ['watcher', 'disconnect', WATCHER, '--yacht', 'corvina', '--mail', 'purge'];
    expect(await celeste(purge)).toMatchObject({ code: 0, out: expect.stringContaining('delete') });
    const audit = await onCorvina((tx) => tx.selectFrom('audit_log').selectAll().orderBy('id').execute());
    const by = { actor_kind: 'worker', actor_id: null, after: { by: 'operator' } };
    expect(audit).toMatchObject([
      { ...by, action: 'read.disconnected' },
      { ...by, action: 'write.disconnected' },
      { ...by, action: 'mailbox.disconnected' },
      { ...by, action: 'mailbox.purge_requested' },
    ]);
    await expectOneLine(celeste(['watcher', 'sync', WATCHER]), 'not connected');
    await expectOneLine(celeste(['watcher', 'disconnect', randomUUID()]), 'celeste watcher list');
    expect((await celeste([...purge.slice(0, -1), 'burn'])).err).toContain('keep, purge');
    expect((await celeste(['watcher', '--help'])).out).toMatch(/^ {2}disconnect /m);
  });
});

async function onCorvina<T>(fn: (tx: TenantWriter) => Promise<T>): Promise<T> {
  const options = { poolMax: 1, idleMs: 1_000, log: createLog('silent') };
  const tenants = createTenants({ locate: async () => ({ url: corvina.url }), ...options });
  return tenants.transact(asWorker('corvina'), fn).finally(() => tenants.close());
}

/** As a connected mailbox stands there; nobody here opens what is said to be sealed. */
function addWatcher(): Promise<void> {
  const account = { user_id: randomUUID(), yacht_id: 'corvina', microsoft_user_id: 'm' };
  const watcher = { ...account, id: WATCHER, mailbox: 'eto@corvina.test', sync_status: 'active' as const };
  const token = { ...account, microsoft_access_token: 'sealed', token_expires_at: new Date(), scopes: [] };
  const tokens = (['read', 'write'] as const).map((token_purpose) => ({ ...token, token_purpose }));
  return onCorvina(async (tx) => {
    await tx.insertInto('email_watchers').values(watcher).execute();
    await tx.insertInto('auth_microsoft_tokens').values(tokens).execute();
  });
}

describe('celeste start', () => {
  let [fresh, meltemi]: Empty[] = [];
  let settings: Record<string, string>;
  let running: ChildProcess;
  let said = '';

  beforeAll(async () => {
    [fresh, meltemi] = await Promise.all([createEmpty(), createEmpty()]);
    settings = { MASTER_DATABASE_URL: fresh.url, MELTEMI_ROSE_DATABASE_URL: meltemi.url };
    const env = environment({ ...settings, ...(await freePorts()) });
    running = spawn(process.execPath, [program, 'start'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    running.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  });
  afterAll(async () => {
    const gone = once(running, 'exit');
    running.kill('SIGTERM');
    await gone;
    await Promise.all([fresh?.close(), meltemi?.close()]);
  });

  it('says where everything is kept', async () => {
    await expect.poll(() => said).toContain(`Everything is kept in ${dataDir} for the next start.`);
  });

  it('refuses the sandbox of another one, in one line', async () => {
    const second = celeste(['start'], { LOG_LEVEL: 'error', ...settings, ...(await freePorts()) });
    await expectOneLine(second, `DATA_DIR (${dataDir})`);
  });
});

describe('celeste doctor', () => {
  it('is content with what works', async () => {
    const { code, out } = await celeste(['doctor']);
    expect(out).not.toContain('FAIL');
    for (const subject of ['settings', 'MASTER', 'corvina', 'orca', 'keys', 'Microsoft']) {
      expect(out).toMatch(new RegExp(`^ok +${subject} `, 'm'));
    }
    expect(code).toBe(0);
  });

  it('names each fault, and looks at the rest all the same', async () => {
    const { code, out } = await celeste(['doctor'], {
      CORVINA_DATABASE_URL: 'postgres://celeste:hidden@127.0.0.1:1/corvina',
      AZURE_READ_APP_ID: randomUUID(),
      AZURE_READ_CLIENT_SECRET: 'secret',
      MICROSOFT_LOGIN_URL: 'http://127.0.0.1:1',
      GRAPH_URL: 'http://127.0.0.1:1/v1.0',
    });
    expect(code).toBe(1);
    expect(out).toMatch(/^FAIL +corvina .*ECONNREFUSED.*CORVINA_DATABASE_URL/m);
    expect(out).toMatch(/^ok +orca /m);
    expect(out).toMatch(/^FAIL +Microsoft .*MICROSOFT_LOGIN_URL/m);
    expect(out).toMatch(/^FAIL +Graph .*GRAPH_URL/m);
    expect(out).not.toContain('hidden');
  });
});

describe('what keeps it from starting', () => {
  it('is one line: a half-set group, an unreadable value, a database that is not there', async () => {
    await expectOneLine(celeste(['start'], { AZURE_READ_APP_ID: 'x' }), 'AZURE_READ_CLIENT_SECRET');
    const write = { AZURE_WRITE_APP_ID: randomUUID(), AZURE_WRITE_CLIENT_SECRET: 'secret' };
    await expectOneLine(celeste(['start'], write), 'AZURE_READ_APP_ID');
    await expectOneLine(celeste(['work'], { SYNC_CONCURRENCY: 'many' }), 'SYNC_CONCURRENCY');
    const gone = { MASTER_DATABASE_URL: 'postgres://u:hidden@127.0.0.1:1/x' };
    await expectOneLine(celeste(['api'], gone), 'MASTER_DATABASE_URL', 'ECONNREFUSED');
    await expectOneLine(celeste(['migrate'], { NODE_ENV: 'production' }), 'AZURE_READ_APP_ID');
  });

  it("is one line: a demo yacht's database that is not there, at the first start and later", async () => {
    const fresh = await createEmpty();
    const settings = {
      LOG_LEVEL: 'error',
      ...(await freePorts()),
      MASTER_DATABASE_URL: fresh.url,
      CORVINA_DATABASE_URL: 'postgres://u:hidden@127.0.0.1:1/x',
    };
    for (const _ of ['first', 'later']) {
      const words = ['corvina', 'ECONNREFUSED', 'CORVINA_DATABASE_URL'];
      await expectOneLine(celeste(['start'], settings), ...words);
    }
    await fresh.close();
  });

  it('is not that whoever read its output has gone: it still stops in good order', async () => {
    await celeste(['migrate']);
    const port = String(await freePort());
    const more = { PORT: port, SANDBOX_PORT: '1024', APP_URL: 'http://localhost:9' };
    const child = spawn(process.execPath, [program, 'api'], {
      env: environment(more),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await once(child.stderr, 'data');
    child.stdout.destroy();
    child.stderr.destroy();
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await gone).toEqual([0, null]);
  });

  it('is one line: a port in use', async () => {
    const taken = await listen();
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    await expectOneLine(celeste(['start'], { PORT: port }), port, 'PORT');
    taken.close();
  });
});

const freePorts = async () => ({
  PORT: String(await freePort()),
  SANDBOX_PORT: String(await freePort()),
});

async function freePort(): Promise<number> {
  const server = await listen();
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

function listen(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
  });
}
