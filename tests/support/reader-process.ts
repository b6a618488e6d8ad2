// A process of its own that opens mails of one mailbox, eight at a time, as an API process does when people read.
// Its argument is a JSON `ReaderTask`; how many it has read, and how long one took at most, come on its standard output.
import { systemClock } from '#base/clock.ts';
import { hasCode } from '#base/errors.ts';
import { createLog } from '#base/log.ts';
import { createSealer } from '#base/sealing.ts';
import { createKysely, openPool } from '#db/connect.ts';
import type { MasterSchema } from '#directory/schema.ts';
import { isGraphError } from '#microsoft/errors.ts';
import { getMessageBody } from '#microsoft/message-body.ts';
import { createTenants } from '#tenants/tenants.ts';

import { wire } from './wiring.ts';

export type ReaderTask = {
  sandboxUrl: string;
  masterUrl: string;
  tenantUrl: string;
  /** base64url */
  tokenKey: string;
  yachtId: string;
  watcherId: string;
  messageIds: string[];
};

const AT_ONCE = 8;
const task = JSON.parse(process.argv[2] ?? '{}') as ReaderTask;
const tenants = createTenants({
  locate: async () => ({ url: task.tenantUrl }),
  poolMax: 5,
  idleMs: 5_000,
  log: createLog('silent'),
});
const master = createKysely<MasterSchema>(openPool(task.masterUrl, { max: 4, idleMs: 5_000 }));
const sealer = createSealer([{ kid: 'test', key: Buffer.from(task.tokenKey, 'base64url') }]);
const { mailboxes, graph, gates } = wire({
  sandbox: { url: task.sandboxUrl },
  master,
  tenants,
  sealer,
  clock: systemClock,
});

let read = 0;
let longestMs = 0;
const waiting = [...task.messageIds];
const reader = async () => {
  const mailbox = await mailboxes.open(task.yachtId, task.watcherId);
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    const from = performance.now();
    const isRead = await getMessageBody(mailbox, id, AbortSignal.timeout(30_000)).then(
      () => true,
      (error: unknown) => {
        if (!hasCode(error, 'throttled') && !isGraphError(error, 'throttled')) throw error;
        return false;
      },
    );
    longestMs = Math.max(longestMs, performance.now() - from);
    if (isRead) read += 1;
    else waiting.push(id);
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, reader));
console.log(JSON.stringify({ read, longestMs }));
await graph.close();
await gates.close();
await tenants.close();
await master.destroy();
