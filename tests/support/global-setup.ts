// One embedded PostgreSQL per test run, in a folder of its own. Without fsync: nobody keeps it.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

import { createLog } from '#base/log.ts';
import { openPool } from '#db/connect.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#db/embedded.ts';
import { type DatabaseKind, migrate } from '#db/migrate.ts';

import './postgres.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'celeste-test-'));
  await chmod(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres(dataDir, createLog('warn', { format: 'text' }), {
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' },
  });
  await Promise.all([makeTemplate(postgres, 'master'), makeTemplate(postgres, 'tenant')]);
  project.provide('postgresUrl', postgres.url('postgres'));
  return async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

async function makeTemplate(postgres: EmbeddedPostgres, kind: DatabaseKind): Promise<void> {
  const name = `template_${kind}`;
  await postgres.ensureDatabase(name);
  const pool = openPool(postgres.url(name), { max: 1, idleMs: 1_000 });
  await migrate(pool, kind);
  await pool.end();
}
