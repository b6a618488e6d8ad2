// A burst of notifications, each posted by itself over a few connections: how soon each is answered. A 202 says that it
// was stored; a 503 has Microsoft try again.
import type { Sandbox } from '../sandbox/server.ts';

const CONNECTIONS = 20;

/** How long the answers took, in milliseconds, sorted; and how many were no thanks. */
export type Burst = { took: number[]; refused: number };

export async function burst(
  { notifications }: Pick<Sandbox, 'notifications'>,
  count: number,
): Promise<Burst> {
  const burst: Burst = { took: [], refused: 0 };
  const subscriptions = notifications.subscriptions();
  const sendSome = async (_: unknown, n: number) => {
    const { id, clientState, notificationUrl } = subscriptions[n % subscriptions.length] ?? {};
    const body = JSON.stringify({ value: [{ subscriptionId: id, clientState, changeType: 'updated' }] });
    for (let sent = 0; sent < count / CONNECTIONS; sent += 1) {
      const asked = performance.now();
      const status = await post(String(notificationUrl), body);
      burst.took.push(performance.now() - asked);
      if (status !== 202) burst.refused += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sendSome));
  burst.took.sort((a, b) => a - b);
  return burst;
}

async function post(url: string, body: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body });
  await answer.arrayBuffer();
  return answer.status;
}
