// Whether `celeste doctor` tells a receiver that Microsoft could use from one that it could not.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { checkPush } from '#cli/doctor-push.ts';

import { bootService } from './support/service.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const check = (webhookUrl: string | null, sandboxPort: number | null, graphUrl: string) =>
  checkPush({ webhookUrl, sandboxPort, microsoft: { graphUrl }, sync: { intervalMinutes: 15 } });
const demo = (webhookUrl: string | null) => check(webhookUrl, 3365, 'http://localhost:3365/v1.0');
/** A sandbox that runs by itself, and is set as if it were Microsoft. */
const apart = (webhookUrl: string | null) => check(webhookUrl, null, 'http://localhost:3365/v1.0');
const real = (webhookUrl: string | null) => check(webhookUrl, null, 'https://graph.microsoft.com/v1.0');

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => server.close());
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

describe('push', () => {
  it('is well where our receiver answers', async () => {
    const service = await bootService();
    closing.push(() => service.stop());
    const [finding] = await demo(service.url);
    expect(finding).toMatchObject({ ok: true, detail: expect.stringContaining('answers the handshake') });
  });

  it('is off without an address, and that is no fault', async () => {
    expect(await real(null)).toMatchObject([
      { ok: true, detail: expect.stringContaining('every 15 minutes') },
    ]);
  });

  it.each(['http', 'https'])('does not reach this machine from Microsoft, by %s', async (scheme) => {
    expect(await real(`${scheme}://localhost:3000`)).toMatchObject([
      { ok: false, detail: expect.stringMatching(/WEBHOOK_URL .* https/) },
    ]);
  });

  it('reaches it from a sandbox there, by http too', async () => {
    const url = await serve((request, answer) => {
      answer.end(new URL(request.url ?? '', 'http://localhost').searchParams.get('validationToken'));
    });
    expect(await apart(url)).toMatchObject([
      { ok: true, detail: expect.stringContaining('answers the handshake') },
    ]);
  });

  it('in the demo waits for the service to start, whoever answers there now', async () => {
    const url = await serve((_, answer) => answer.end('hello'));
    expect(await demo(url)).toMatchObject([{ ok: true, detail: expect.stringContaining('not running') }]);
  });

  it('says what is wrong with an address that nothing answers at', async () => {
    const [finding] = await apart('https://localhost:9');
    expect(finding).toMatchObject({ ok: false, detail: expect.stringContaining('WEBHOOK_URL') });
  });
});
