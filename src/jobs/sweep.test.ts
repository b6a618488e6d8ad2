import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createLog } from '#base/log.ts';
import type { LiveEvent } from '#directory/events.ts';
import type { MasterSchema } from '#directory/schema.ts';
import type { Standing } from '#mailboxes/oversight.ts';
import type { TenantSchema } from '#tenants/schema.ts';
import { createTenants, type Tenants } from '#tenants/tenants.ts';

import { createMaster, createTenant, type TestDatabase } from '../../tests/support/postgres.ts';
import { sweep, sweepAll } from './sweep.ts';

const NOW = new Date('2026-05-04T08:00:00Z');
const minutes = (n: number) => new Date(NOW.getTime() + n * 60_000);
let corvina: TestDatabase<TenantSchema>;
let meltemi: TestDatabase<TenantSchema>;
let tenants: Tenants;
let log: string[];
let news: LiveEvent[];
let kept: string[];
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
  kept = [];
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
  first?: boolean;
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
      first_synced_at: watcher.first ? null : minutes(-600),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

function sweeping(jobs: unknown[], now = NOW) {
  return {
    tenants,
    queue: {
      send: async (name: string, data: unknown) => void jobs.push([name, data]),
      sendAll: async (name: string, data: unknown[]) => void jobs.push(...data.map((each) => [name, each])),
    },
    clock: { now: () => now },
    webhookUrl: null,
    events: { publish: async (event: LiveEvent) => void news.push(event) },
    keepConnected: async (yachtId: string) => void kept.push(yachtId),
    onStanding: (yachtId: string, standing: Standing) => void standings.set(yachtId, standing),
    log: createLog('warn', { write: (line) => void log.push(line) }),
  };
}

async function jobsAfterSweep(yachts: string[]): Promise<unknown[]> {
  const jobs: unknown[] = [];
  await sweepAll(sweeping(jobs), yachts);
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

it('brings in step what MASTER knows of the mailboxes of every yacht', async () => {
  await jobsAfterSweep(['corvina', 'meltemi-rose']);
  expect(kept).toEqual(['corvina', 'meltemi-rose']);
});

it('keeps first syncs apart from rounds', async () => {
  const watcher_id = await addWatcher('corvina', 'engineer', { first: true });
  expect(await jobsAfterSweep(['corvina'])).toEqual([
    ['catch-up-mailbox', { yacht_id: 'corvina', watcher_id }],
  ]);
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

describe('the yachts whose time has come', () => {
  let master: TestDatabase<MasterSchema>;
  beforeAll(async () => {
    master = await createMaster();
  });
  afterAll(() => master.close());
  beforeEach(async () => {
    await master.db.deleteFrom('fleet_registry').execute();
    for (const yacht_id of ['corvina', 'ghost', 'meltemi-rose']) {
      const row = { yacht_id, yacht_name: yacht_id, tenant_key_alias: yacht_id, sealed_database_url: null };
      await master.db.insertInto('fleet_registry').values(row).execute();
    }
    await master.db.updateTable('yacht_schedule').set({ next_look_at: NOW }).execute();
  });

  /**
   * The jobs that workers ask for who sweep at that time, all at once. A look that takes longer than a sweep has
   * patience for adds its own later.
   */
  async function jobsAt(now: Date, { inTrouble = false, workers = 1 } = {}): Promise<unknown[]> {
    const jobs: unknown[] = [];
    const deps = { ...sweeping(jobs, now), master: master.db };
    await Promise.all(Array.from({ length: workers }, () => sweep(deps, { inTrouble })));
    return jobs;
  }
  const lookAt = async (yacht_id: string) =>
    await master.db
      .selectFrom('yacht_schedule')
      .selectAll()
      .where('yacht_id', '=', yacht_id)
      .executeTakeFirstOrThrow();
  const nextLookAt = async (yachtId: string) => (await lookAt(yachtId)).next_look_at;
  const isBetween = (from: Date, to: Date) => (at: Date) => at > from && at <= to;

  it('are looked at once, however many workers sweep', async () => {
    const engineer = await addWatcher('corvina', 'engineer');
    const jobs = await jobsAt(NOW, { workers: 4 });
    await expect.poll(() => jobs).toEqual([sync('corvina', engineer)]);
  });

  it('are looked at again when the next mailbox is due, or a worker may have died', async () => {
    await addWatcher('corvina', 'engineer', { due: minutes(1) });
    await addWatcher('meltemi-rose', 'captain', { lease: minutes(0.2) });
    expect(await jobsAt(NOW)).toEqual([]);
    await expect.poll(() => nextLookAt('corvina')).toEqual(minutes(1));
    await expect.poll(() => nextLookAt('meltemi-rose')).toEqual(minutes(0.2));
    expect(await jobsAt(minutes(0.1))).toEqual([]);
    const jobs = await jobsAt(minutes(0.2));
    await expect.poll(() => jobs).toHaveLength(1);
  });

  it('are looked at again soon after a job was asked for, and within two minutes in any case', async () => {
    await addWatcher('corvina', 'engineer');
    await jobsAt(NOW);
    await expect.poll(() => nextLookAt('corvina')).toEqual(minutes(0.25));
    await expect.poll(() => nextLookAt('meltemi-rose')).toSatisfy(isBetween(minutes(1), minutes(2)));
  });

  it('do not wait for one whose database is away, which is asked apart and less and less often', async () => {
    await jobsAt(NOW);
    await expect.poll(async () => (await lookAt('ghost')).failures).toBe(1);
    const first = await lookAt('ghost');
    expect(await jobsAt(minutes(0.2))).toEqual([]);
    expect((await lookAt('ghost')).failures).toBe(1);
    await jobsAt(minutes(0.2), { inTrouble: true });
    await expect.poll(async () => (await lookAt('ghost')).failures).toBe(2);
    const second = await lookAt('ghost');
    expect(second.next_look_at.getTime() - minutes(0.2).getTime()).toBeGreaterThan(
      first.next_look_at.getTime() - NOW.getTime(),
    );
  });
});
