// A process of its own that opens mails of one mailbox, eight at a time, as an API process does when people read.
// Its argument is a JSON `ReaderTask`; the numbers of bodies read and of refusals come on its standard output.
import { systemClock } from '#base/clock.ts';
import { createLog } from '#base/log.ts';
import { createSealer } from '#base/sealing.ts';
import { getMessageBody } from '#microsoft/message-body.ts';
import { createTenants } from '#tenants/tenants.ts';

import { wire } from './wiring.ts';

export type ReaderTask = {
  sandboxUrl: string;
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
const sealer = createSealer([{ kid: 'test', key: Buffer.from(task.tokenKey, 'base64url') }]);
const { mailboxes, graph } = wire({
  sandbox: { url: task.sandboxUrl },
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
    await getMessageBody(mailbox, id, AbortSignal.timeout(30_000));
    longestMs = Math.max(longestMs, performance.now() - from);
    read += 1;
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, reader));
console.log(JSON.stringify({ read, longestMs }));
await graph.close();
await tenants.close();
