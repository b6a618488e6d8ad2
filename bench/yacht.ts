// A yacht to measure on: an embedded server with durable settings, one MASTER, one TENANT, people who connect.
import { randomBytes } from 'node:crypto';

import { systemClock } from '#base/clock.ts';
import { createLog } from '#base/log.ts';
import { createSealer } from '#base/sealing.ts';
import { createKysely, openPool } from '#db/connect.ts';
import { startEmbeddedPostgres } from '#db/embedded.ts';
import { migrate } from '#db/migrate.ts';
import { createOauthStates } from '#directory/oauth-states.ts';
import type { Principal } from '#directory/principal.ts';
import type { MasterSchema } from '#directory/schema.ts';
import { asWorker, createTenants } from '#tenants/tenants.ts';

import type { Sandbox } from '../sandbox/server.ts';
import { connectAs, principalOf } from '../tests/support/connect.ts';
import { wire } from '../tests/support/wiring.ts';

/** What a measured process is given. */
export type BenchTask = {
  sandboxUrl: string;
  masterUrl: string;
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
  const masterUrl = postgres.url('bench_master');
  const master = createKysely<MasterSchema>(openPool(masterUrl, { max: 2, idleMs: 1_000 }));
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
  const wired = wire({ sandbox, master, tenants, sealer, clock: systemClock });
  const deps = { ...wired, states: createOauthStates({ master, sealer, clock: systemClock }) };
  return {
    taskFor: async (address) => {
      const person = personOf(address);
      const { refusal } = await connectAs(deps, person, { purpose: 'read', account: address });
      if (refusal) throw refusal;
      const { userId } = person;
      const watcher = await tenants.read(asWorker(YACHT), (db) =>
        db.selectFrom('email_watchers').select('id').where('user_id', '=', userId).executeTakeFirstOrThrow(),
      );
      const accessToken = await wired.tokens.source({ yachtId: YACHT, userId, purpose: 'read' }).current();
      const tokenKey = key.toString('base64url');
      return {
        sandboxUrl: sandbox.url,
        masterUrl,
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

function personOf(address: string): Principal {
  const person = people.get(address) ?? principalOf(address, YACHT);
  people.set(address, person);
  return person;
}
