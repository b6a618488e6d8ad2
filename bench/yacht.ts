// A yacht to measure on: an embedded server with durable settings, one MASTER, one TENANT, people who connect.
import { randomBytes, randomUUID } from 'node:crypto';

import { systemClock } from '#base/clock.ts';
import { createLog } from '#base/log.ts';
import { createSealer } from '#base/sealing.ts';
import { createKysely, openPool } from '#db/connect.ts';
import { startEmbeddedPostgres } from '#db/embedded.ts';
import { migrate } from '#db/migrate.ts';
import { createOauthStates } from '#directory/oauth-states.ts';
import type { Principal } from '#directory/principal.ts';
import type { MasterSchema } from '#directory/schema.ts';
import { beginAuthorize, finishAuthorize } from '#mailboxes/connect.ts';
import { asWorker, createTenants } from '#tenants/tenants.ts';

import type { Sandbox } from '../sandbox/server.ts';
import { signInAtSandbox } from '../tests/support/sign-in.ts';
import { wire } from '../tests/support/wiring.ts';

/** What a measured process is given. */
export type BenchTask = {
  sandboxUrl: string;
  tenantUrl: string;
  yachtId: string;
  watcherId: string;
  address: string;
  /** base64url of the key that seals tokens. */
  tokenKey: string;
  accessToken: string;
};

export type BenchYacht = {
  /** Connects the mailbox, which exists at the sandbox. */
  taskFor(address: string): Promise<BenchTask>;
  close(): Promise<void>;
};

const YACHT = 'bench';
const CALLBACK = 'http://localhost:3000/auth/outlook/callback';

export async function prepareYacht(dataDir: string, sandbox: Sandbox): Promise<BenchYacht> {
  const log = createLog('warn', { format: 'text' });
  const postgres = await startEmbeddedPostgres(dataDir, log);
  for (const kind of ['master', 'tenant'] as const) {
    await postgres.ensureDatabase(`bench_${kind}`);
    const pool = openPool(postgres.url(`bench_${kind}`), { max: 1, idleMs: 1_000 });
    await migrate(pool, kind);
    await pool.end();
  }
  const tenantUrl = postgres.url('bench_tenant');
  const master = createKysely<MasterSchema>(
    openPool(postgres.url('bench_master'), { max: 2, idleMs: 1_000 }),
  );
  const yacht = {
    yacht_id: YACHT,
    yacht_name: 'M/Y Bench',
    tenant_key_alias: 'BENCH',
    sealed_database_url: null,
  };
  await master.insertInto('fleet_registry').values(yacht).execute();
  const tenants = createTenants({ locate: async () => ({ url: tenantUrl }), poolMax: 2, idleMs: 1_000, log });
  const key = randomBytes(32);
  const sealer = createSealer([{ kid: 'bench', key }]);
  const wired = wire({ sandbox, tenants, sealer, clock: systemClock });
  const deps = { ...wired, states: createOauthStates({ master, sealer, clock: systemClock }) };
  return {
    taskFor: async (address) => {
      const person = principalOf(address);
      const { url } = await beginAuthorize(deps, person, { purpose: 'read', redirectUri: CALLBACK });
      const back = await signInAtSandbox(url, address);
      const { state, code } = Object.fromEntries(back.searchParams) as { state: string; code: string };
      const { refusal } = await finishAuthorize(deps, person, { state, code });
      if (refusal) throw refusal;
      const { userId } = person;
      const watcher = await tenants.read(asWorker(YACHT), (db) =>
        db.selectFrom('email_watchers').select('id').where('user_id', '=', userId).executeTakeFirstOrThrow(),
      );
      const accessToken = await wired.tokens.source({ yachtId: YACHT, userId, purpose: 'read' }).current();
      const tokenKey = key.toString('base64url');
      return {
        sandboxUrl: sandbox.url,
        tenantUrl,
        yachtId: YACHT,
        watcherId: watcher.id,
        address,
        tokenKey,
        accessToken,
      };
    },
    close: async () => {
      await wired.graph.close();
      await tenants.close();
      await master.destroy();
      await postgres.stop();
    },
  };
}

// Each address is one person: measured once or twice, it is the same mailbox.
const people = new Map<string, Principal>();

function principalOf(address: string): Principal {
  const known = people.get(address);
  if (known) return known;
  const person: Principal = {
    userId: randomUUID(),
    yachtId: YACHT,
    yachtName: 'M/Y Bench',
    role: 'chief_engineer',
    email: address,
    displayName: address,
    sessionId: randomUUID(),
  };
  people.set(address, person);
  return person;
}
