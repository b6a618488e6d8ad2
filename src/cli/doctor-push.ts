import { randomUUID } from 'node:crypto';

import type { Config } from '#config/config.ts';
import { LIFECYCLE_PATH, NOTIFICATION_PATH } from '#sync/subscription-steps.ts';

import { explain } from './fail.ts';
import type { Finding } from './finding.ts';

// As long as Microsoft waits for the answer of its handshake.
const PATIENCE_MS = 10_000;

type PushConfig = Pick<Config, 'webhookUrl' | 'sandboxPort'> & { sync: { intervalMinutes: number } };

/**
 * Whether Microsoft's handshake would be answered at WEBHOOK_URL. Seen from this machine: that Microsoft can reach
 * it too, it does not prove.
 */
export async function checkPush({ webhookUrl, sandboxPort, sync }: PushConfig): Promise<Finding[]> {
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
  const isDemo = sandboxPort !== null;
  if (!isDemo && !webhookUrl.startsWith('https:')) {
    const detail =
      'Microsoft notifies https addresses only. Set WEBHOOK_URL to one that begins with https://.';
    return [{ ok: false, subject, detail }];
  }
  const problems = await Promise.all(
    [NOTIFICATION_PATH, LIFECYCLE_PATH].map((path) => problemAt(webhookUrl, path)),
  );
  const problem = problems.find((each) => each !== null);
  if (problem === undefined)
    return [{ ok: true, subject, detail: `${new URL(webhookUrl).host} answers the handshake` }];
  if (isDemo) return [{ ok: true, subject, detail: 'the service is not running; celeste start starts it' }];
  return [
    { ok: false, subject, detail: `${problem}. Check WEBHOOK_URL and that celeste api runs behind it.` },
  ];
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
