// Ours: one worker's first round, as the job runs it.
import { systemClock } from '#base/clock.ts';
import { keepHeapSmall } from '#base/heap.ts';
import { createLog } from '#base/log.ts';
import { createSealer } from '#base/sealing.ts';
import { createKysely, openPool } from '#db/connect.ts';
import type { MasterSchema } from '#directory/schema.ts';
import { syncMailbox } from '#sync/sync.ts';
import { createTenants } from '#tenants/tenants.ts';

import { wire } from '../tests/support/wiring.ts';
import { readTask, sayMeasured } from './measured.ts';

keepHeapSmall();
const task = readTask();
const tenants = createTenants({
  locate: async () => ({ url: task.tenantUrl }),
  poolMax: 4,
  idleMs: 5_000,
  log: createLog('silent'),
});
const sealer = createSealer([{ kid: 'bench', key: Buffer.from(task.tokenKey, 'base64url') }]);
const master = createKysely<MasterSchema>(openPool(task.masterUrl, { max: 1, idleMs: 5_000 }));
const sandbox = { url: task.sandboxUrl };
const { syncDeps, graph } = wire({ sandbox, master, tenants, sealer, clock: systemClock });

const started = performance.now();
const result = await syncMailbox(syncDeps, { yachtId: task.yachtId, watcherId: task.watcherId });
const milliseconds = performance.now() - started;
if (result.outcome !== 'synced') throw new Error(`the round ended ${result.outcome} (${result.code})`);
sayMeasured(result.changes, milliseconds);
await graph.close();
await tenants.close();
await master.destroy();
