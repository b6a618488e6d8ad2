// The figures of the whole fleet: every process says the same, whichever of them looked after which yacht.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { asWorker } from '#tenants/tenants.ts';

import { bootService, type TestService } from './support/service.ts';

const MINUTE = 60_000;
const YACHTS = ['corvina', 'meltemi-rose'] as const;

let service: TestService;
let beside: TestService;
beforeAll(async () => {
  service = await bootService();
  beside = await bootService({ beside: service });
});
afterAll(async () => {
  await beside?.stop();
  await service?.stop();
});

/** The lines of one figure, as a process shows them, without its name. */
async function figure(of: TestService, name: string): Promise<string[]> {
  const text = await (await fetch(`${of.url}/metrics`)).text();
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith(`celeste_${name}{`) || line.startsWith(`celeste_${name} `));
  return lines.map((line) => line.slice(`celeste_${name}`.length).trim()).sort();
}
const age = async (of: TestService) => Number((await figure(of, 'oldest_complete_age_seconds'))[0]);

async function addWatcher(
  yacht_id: string,
  status: 'active' | 'degraded' | 'reauth_required',
  minutesAgo: number,
) {
  await service.fleet.tenants.transact(asWorker(yacht_id), (tx) =>
    tx
      .insertInto('email_watchers')
      .values({
        ...{
          user_id: '7d0f3c1e-0000-4000-8000-000000000001',
          yacht_id,
          mailbox: `${status}@${yacht_id}.test`,
        },
        ...{ microsoft_user_id: `t.${yacht_id}.${status}`, sync_status: status, next_sync_at: null },
        complete_up_to: new Date(Date.now() - minutesAgo * MINUTE),
      })
      .execute(),
  );
}

describe('before a worker has looked', () => {
  it('nothing is said of how far the mailboxes are', async () => {
    expect(await figure(service, 'oldest_complete_age_seconds')).toEqual([]);
    expect(await figure(service, 'watchers')).toEqual([]);
  });
});

describe('when a worker has looked', () => {
  beforeAll(async () => {
    await addWatcher('corvina', 'active', 10);
    await addWatcher('meltemi-rose', 'active', 5);
    await addWatcher('meltemi-rose', 'degraded', 50);
    // Only its owner can mend it: they have a notice.
    await addWatcher('meltemi-rose', 'reauth_required', 5_000);
    await beside.drain();
  });

  it('every process shows the sum over the yachts', async () => {
    for (const each of [service, beside]) {
      expect(await figure(each, 'watchers')).toEqual([
        '{state="active"} 2',
        '{state="degraded"} 1',
        '{state="reauth_required"} 1',
      ]);
    }
  });

  it('every process shows the age of the mailbox that is furthest behind, those that wait for their owner apart', async () => {
    for (const each of [service, beside]) {
      expect(await age(each)).toBeGreaterThanOrEqual(50 * 60);
      expect(await age(each)).toBeLessThan(55 * 60);
    }
  });

  it('a yacht that was switched off is counted no more', async () => {
    const { master } = service.fleet;
    const set = (active: boolean) =>
      master.updateTable('fleet_registry').set({ active }).where('yacht_id', '=', YACHTS[1]).execute();
    await set(false);
    expect(await figure(service, 'watchers')).toEqual(['{state="active"} 1']);
    await set(true);
  });
});

it('a yacht whose database cannot be reached is counted, until it can', async () => {
  expect(await figure(service, 'yachts_unreachable')).toEqual(['0']);
  const worker = await bootService({ beside: service, worker: true });
  try {
    const { master } = service.fleet;
    const move = (tenant_key_alias: string) =>
      master
        .updateTable('fleet_registry')
        .set({ tenant_key_alias })
        .where('yacht_id', '=', YACHTS[1])
        .execute();
    await move('NOWHERE');
    await expect.poll(() => figure(service, 'yachts_unreachable'), { timeout: 20_000 }).toEqual(['1']);
    await move('MELTEMI_ROSE');
    await expect.poll(() => figure(service, 'yachts_unreachable'), { timeout: 20_000 }).toEqual(['0']);
  } finally {
    await worker.stop();
  }
});
