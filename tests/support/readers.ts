// Starts processes that read somebody's mails beside the test, as API processes do.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { Principal } from '#directory/principal.ts';

import type { MailWorld } from './mail.ts';
import type { ReaderTask } from './reader-process.ts';

/** Resolves when it has read them all: how many, and how long one took at most. */
export async function startReader(
  world: MailWorld,
  person: Principal,
  messageIds: string[],
): Promise<{ read: number; longestMs: number }> {
  const { sandbox, master, tenant, tokenKey, yachtId } = world;
  const { id: watcherId } = await world.watcher(person);
  const task: ReaderTask = {
    sandboxUrl: sandbox.url,
    masterUrl: master.url,
    tenantUrl: tenant.url,
    tokenKey,
    yachtId,
    watcherId,
    messageIds,
  };
  const script = fileURLToPath(new URL('./reader-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  for await (const chunk of child.stdout) out += String(chunk);
  return JSON.parse(out);
}
