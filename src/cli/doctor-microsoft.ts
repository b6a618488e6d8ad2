import type { Config } from '#config/config.ts';

import { explain } from './fail.ts';
import type { Finding } from './finding.ts';

const PATIENCE_MS = 10_000;
/** Microsoft's tokens are valid from when its clock says; beyond this, ours says they are not. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** Whether sign-in and Graph answer from here, and whether this machine's clock agrees with theirs. */
export async function checkMicrosoft({ microsoft, sandboxPort }: Config): Promise<Finding[]> {
  const signIn = `${microsoft.loginUrl}/${microsoft.tenant}/v2.0/.well-known/openid-configuration`;
  const found = await Promise.all([
    // Graph refuses whoever shows no token; that it does is all we want to know.
    check('Microsoft', signIn, { status: 200, setting: 'MICROSOFT_LOGIN_URL and MICROSOFT_TENANT' }),
    check('Graph', `${microsoft.graphUrl}/me`, { status: 401, setting: 'GRAPH_URL' }),
  ]);
  if (sandboxPort === null || found.every(({ ok }) => ok)) return found;
  return [{ ok: true, subject: 'Microsoft', detail: 'the sandbox is not running; celeste start starts it' }];
}

async function check(
  subject: string,
  url: string,
  { status, setting }: { status: number; setting: string },
): Promise<Finding> {
  const { host } = new URL(url);
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'manual' });
    await response.body?.cancel();
    if (response.status !== status) {
      return {
        ok: false,
        subject,
        detail: `${host} answers ${response.status} instead of ${status}. Check ${setting}.`,
      };
    }
    return clockFinding(response) ?? { ok: true, subject, detail: `${host} answers` };
  } catch (error) {
    const reason = explain((error as Error).cause ?? error);
    return {
      ok: false,
      subject,
      detail: `${host} cannot be reached: ${reason}. Check the network and ${setting}.`,
    };
  }
}

function clockFinding(response: Response): Finding | null {
  const theirs = Date.parse(response.headers.get('date') ?? '');
  const apart = Math.abs(Date.now() - theirs);
  if (!(apart > CLOCK_TOLERANCE_MS)) return null;
  const detail = `this machine's clock is ${Math.round(apart / 60_000)} minutes off Microsoft's. Set it by NTP.`;
  return { ok: false, subject: 'clock', detail };
}
