// The demo's yachts and crew, out of demo/*.json: registered, manned and given their records. Repeatable.
import { readdir, readFile } from 'node:fs/promises';

import type { Clock } from '#base/clock.ts';
import { CelesteError } from '#base/errors.ts';
import { addUser } from '#directory/add-user.ts';
import { addYacht } from '#directory/directory.ts';
import type { Role } from '#directory/roles.ts';
import { type DemoRecords, seedDemoRecords } from '#maintenance/demo.ts';
import type { Fleet } from '#tenants/fleet.ts';
import { asWorker } from '#tenants/tenants.ts';

import { explainYacht, type Ground } from './yacht-database.ts';

type DemoYacht = DemoRecords & {
  yacht: { id: string; name: string; alias: string };
  crew: { id: string; role: Role; email: string; display_name: string }[];
};

type DemoGround = Ground & { fleet: Fleet };

const DEMO_FOLDER = new URL('../../demo/', import.meta.url);

/**
 * Registers the demo yachts and their crew in MASTER, makes their databases and fills in their records.
 *
 * @throws CelesteError `tenant_not_prepared`
 */
export async function seedDemoFleet({ config, fleet }: DemoGround, clock: Clock): Promise<void> {
  const yachts = await readDemoYachts();
  for (const { yacht, crew } of yachts) {
    const { id: yachtId, name: yachtName, alias } = yacht;
    await addYacht(fleet.master, { yachtId, yachtName, alias, sealedDatabaseUrl: null });
    for (const { id, role, email, display_name: displayName } of crew) {
      await addUser(fleet.master, { yachtId, id, role, email, displayName, demo: true });
    }
  }
  const [failed] = await fleet.migrate();
  if (failed) {
    const why = explainYacht(failed, { config, fleet });
    throw new CelesteError('tenant_not_prepared', `The database of ${failed.yachtId} is not ready: ${why}`, {
      cause: failed.error,
    });
  }
  for (const { yacht, ...records } of yachts) {
    await fleet.tenants.transact(asWorker(yacht.id), (tx) =>
      seedDemoRecords(tx, yacht.id, { records, now: clock.now() }),
    );
  }
}

async function readDemoYachts(): Promise<DemoYacht[]> {
  const files = (await readdir(DEMO_FOLDER)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    files.map(async (name) => JSON.parse(await readFile(new URL(name, DEMO_FOLDER), 'utf8')) as DemoYacht),
  );
}
