import { randomUUID } from 'node:crypto';

import type { Kysely } from 'kysely';

import type { Config } from '#config/config.ts';
import { isOnThisMachine } from '#config/values.ts';
import type { MasterSchema } from '#directory/schema.ts';
import { countSubscriptions, SILENT } from '#directory/subscriptions.ts';
import { LIFECYCLE_PATH, NOTIFICATION_PATH } from '#sync/subscription-steps.ts';

import { explain } from './fail.ts';
import type { Finding } from './finding.ts';

// As long as Microsoft waits for the answer of its handshake.
const PATIENCE_MS = 10_000;

type PushConfig = Pick<Config, 'webhookUrl' | 'sandboxPort'> & {
  microsoft: { graphUrl: string };
  sync: { intervalMinutes: number };
};

/**
 * Whether Microsoft's handshake would be answered at WEBHOOK_URL. Seen from this machine: that Microsoft can reach
 * it too, it does not prove.
 */
export async function checkPush(config: PushConfig): Promise<Finding[]> {
  const { webhookUrl, sandboxPort, microsoft, sync } = config;
  const subject = 'push';
  if (webhookUrl === null) {
    return [
      {
        ok: true,
        subject,
        detail: `no WEBHOOK_URL: mailboxes are asked every ${sync.intervalMinutes} minutes`,
      },
    ];
  }
  if (isOnThisMachine(webhookUrl) && !isOnThisMachine(microsoft.graphUrl)) {
    const detail =
      'WEBHOOK_URL leads to this machine only. Set it to a public address that begins with https://.';
    return [{ ok: false, subject, detail }];
  }
  const problems = await Promise.all(
    [NOTIFICATION_PATH, LIFECYCLE_PATH].map((path) => problemAt(webhookUrl, path)),
  );
  const problem = problems.find((each) => each !== null);
  if (problem === undefined)
    return [{ ok: true, subject, detail: `${new URL(webhookUrl).host} answers the handshake` }];
  if (sandboxPort !== null)
    return [{ ok: true, subject, detail: 'the service is not running; celeste start starts it' }];
  return [
    { ok: false, subject, detail: `${problem}. Check WEBHOOK_URL and that celeste api runs behind it.` },
  ];
}

/**
 * Whether notifications arrive, by what the mailboxes themselves have noticed: the handshake above is ours and takes
 * another way than Microsoft's posts. Nothing to say where no subscription stands.
 */
export async function checkArrival(master: Kysely<MasterSchema>): Promise<Finding[]> {
  const counts = new Map((await countSubscriptions(master)).map(({ state, count }) => [state, count]));
  const [silent, active] = [counts.get(SILENT) ?? 0, counts.get('active') ?? 0];
  if (silent === 0) return [];
  const detail =
    `${silent} of ${silent + active} subscribed mailboxes get no notifications, though Microsoft has their subscriptions; they are polled. ` +
    `Check, from outside your network, that WEBHOOK_URL’s name leads here and its certificate is valid, and that no proxy or firewall refuses Microsoft’s POST to ${NOTIFICATION_PATH} (a body of JSON up to 1 MiB). ` +
    'It mends itself once one arrives.';
  return [{ ok: false, subject: 'push', detail }];
}

async function problemAt(webhookUrl: string, path: string): Promise<string | null> {
  const { host } = new URL(webhookUrl);
  const token = `doctor + <${randomUUID()}>`;
  try {
    const response = await fetch(`${webhookUrl}${path}?validationToken=${encodeURIComponent(token)}`, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const body = await response.text();
    if (response.status !== 200) return `${host} answers ${response.status} instead of 200 at ${path}`;
    return body === token
      ? null
      : `${host} does not give the token back at ${path}: something else answers there`;
  } catch (error) {
    return `${host} cannot be reached: ${explain((error as Error).cause ?? error)}`;
  }
}
