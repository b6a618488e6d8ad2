import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { createLog } from '#base/log.ts';
import type { LiveEvent } from '#directory/events.ts';
import type { Standing } from '#mailboxes/oversight.ts';
import type { TenantSchema } from '#tenants/schema.ts';
import { createTenants, type Tenants } from '#tenants/tenants.ts';

import { createTenant, type TestDatabase } from '../../tests/support/postgres.ts';
import { sweep } from './sweep.ts';

const NOW = new Date('2026-05-04T08:00:00Z');
const minutes = (n: number) => new Date(NOW.getTime() + n * 60_000);
let corvina: TestDatabase<TenantSchema>;
let meltemi: TestDatabase<TenantSchema>;
let tenants: Tenants;
let log: string[];
let news: LiveEvent[];
const standings = new Map<string, Standing>();

beforeAll(async () => {
  [corvina, meltemi] = await Promise.all([createTenant(), createTenant()]);
  const urls: Record<string, string> = {
    corvina: corvina.url,
    'meltemi-rose': meltemi.url,
    ghost: 'postgres://nobody:x@127.0.0.1:1/ghost',
  };
  tenants = createTenants({
    locate: async (yachtId) => ({ url: urls[yachtId] ?? '' }),
    poolMax: 2,
    idleMs: 10_000,
    log: createLog('silent'),
  });
});
afterAll(async () => {
  await tenants.close();
  await Promise.all([corvina.close(), meltemi.close()]);
});
beforeEach(async () => {
  log = [];
  news = [];
  await Promise.all(
    [corvina, meltemi].map(async ({ db }) => {
      await db.deleteFrom('email_watchers').execute();
      await db.deleteFrom('email_threads').execute();
    }),
  );
});

type Watcher = {
  status?: 'active' | 'paused' | 'reauth_required' | 'degraded';
  due?: Date | null;
  throttled?: Date;
  lease?: Date;
};

async function addWatcher(
  yacht: 'corvina' | 'meltemi-rose',
  name: string,
  watcher: Watcher = {},
): Promise<string> {
  const { db } = yacht === 'corvina' ? corvina : meltemi;
  const row = await db
    .insertInto('email_watchers')
    .values({
      user_id: '7d0f3c1e-0000-4000-8000-000000000001',
      yacht_id: yacht,
      mailbox: `${name}@${yacht}.test`,
      microsoft_user_id: `t.${name}`,
      sync_status: watcher.status ?? 'active',
      next_sync_at: watcher.due === undefined ? minutes(-1) : watcher.due,
      throttled_until: watcher.throttled ?? null,
      lease_until: watcher.lease ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

async function jobsAfterSweep(yachts: string[]): Promise<unknown[]> {
  const jobs: unknown[] = [];
  await sweep({
    activeYachts: async () => yachts,
    tenants,
    queue: { send: async (name, data) => void jobs.push([name, data]) },
    clock: { now: () => NOW },
    events: { publish: async (event) => void news.push(event) },
    onStanding: (yachtId, standing) => void standings.set(yachtId, standing),
    log: createLog('warn', { write: (line) => void log.push(line) }),
  });
  return jobs;
}

const sync = (yacht_id: string, watcher_id: string) => ['sync-mailbox', { yacht_id, watcher_id }];

it('asks for the mailboxes that are due, on every yacht', async () => {
  const engineer = await addWatcher('corvina', 'engineer');
  const captain = await addWatcher('meltemi-rose', 'captain', { status: 'degraded' });
  const jobs = await jobsAfterSweep(['corvina', 'meltemi-rose']);
  expect(jobs).toHaveLength(2);
  expect(jobs).toEqual(expect.arrayContaining([sync('corvina', engineer), sync('meltemi-rose', captain)]));
});

it.each<[string, Watcher]>([
  ['due later', { due: minutes(1) }],
  ['paused', { status: 'paused' }],
  ['waiting for its owner', { status: 'reauth_required' }],
  ['told to wait by Microsoft', { throttled: minutes(3) }],
  ['in the hands of a worker', { lease: minutes(0.5) }],
  ['not scheduled at all', { due: null }],
])('leaves a mailbox alone that is %s', async (_, watcher) => {
  await addWatcher('corvina', 'engineer', watcher);
  expect(await jobsAfterSweep(['corvina'])).toEqual([]);
});

it('takes up a mailbox whose wait is over, and one whose worker died', async () => {
  const waited = await addWatcher('corvina', 'waited', { throttled: minutes(-1) });
  const orphaned = await addWatcher('corvina', 'orphaned', { lease: minutes(-1) });
  const jobs = await jobsAfterSweep(['corvina']);
  expect(jobs).toEqual(expect.arrayContaining([sync('corvina', waited), sync('corvina', orphaned)]));
});

it('passes over a yacht whose database is away, says so, and serves the others', async () => {
  const engineer = await addWatcher('corvina', 'engineer');
  expect(await jobsAfterSweep(['ghost', 'corvina'])).toEqual([sync('corvina', engineer)]);
  expect(log.join()).toContain('ghost');
});

it('asks once per yacht for threads that were left unmatched', async () => {
  await corvina.db
    .insertInto('email_threads')
    .values([{ yacht_id: 'corvina' }, { yacht_id: 'corvina' }])
    .execute();
  await meltemi.db
    .insertInto('email_threads')
    .values({ yacht_id: 'meltemi-rose', needs_matching: false })
    .execute();
  const jobs = await jobsAfterSweep(['corvina', 'meltemi-rose']);
  expect(jobs).toEqual([['match-threads', { yacht_id: 'corvina' }]]);
});

it('tells of a mailbox that waits for its owner, once, and how the mailboxes stand', async () => {
  const watcher_id = await addWatcher('corvina', 'engineer', { status: 'reauth_required' });
  await addWatcher('corvina', 'captain');
  await jobsAfterSweep(['corvina']);
  await jobsAfterSweep(['corvina']);
  expect(news).toMatchObject([
    { yacht_id: 'corvina', type: 'notice', data: { watcher_id, kind: 'consent_lost', open: true } },
  ]);
  expect(standings.get('corvina')).toMatchObject({ states: { active: 1, reauth_required: 1 } });
});
