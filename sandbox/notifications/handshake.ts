// The validation handshake: an endpoint shows that it wants our notifications.
// https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks#notificationurl-validation
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';

import { GraphError } from '../graph/errors.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

const failure = (reason: string) =>
  new GraphError(400, 'ValidationError', `Subscription validation request ${reason}`);

/**
 * Refuses an address that Microsoft would not call. Plain http is let through to this machine alone: there is no
 * certificate to be had for localhost.
 * @throws {GraphError} 400
 */
export function checkUrl(text: string, name: string): void {
  const url = URL.parse(text);
  if (!url) throw new GraphError(400, 'InvalidRequest', `The ${name} '${text}' is not a valid address.`);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname))) return;
  throw new GraphError(400, 'InvalidRequest', `The ${name} must use the https scheme.`);
}

/** Characters that a careless receiver spoils: spaces, plus, percent, angle brackets. */
const newToken = () =>
  `Validation: Testing client application reachability for subscription 100% <b>a+b</b> Request-Id: ${randomUUID()}`;

/** .NET's name of a status: 404 is `NotFound`. */
const statusName = (status: number) => (STATUS_CODES[status] ?? String(status)).replace(/[^A-Za-z0-9]/g, '');

/** The address keeps its own query; the token is encoded as a form encodes it. */
function withToken(address: string, token: string): URL {
  const url = new URL(address);
  url.search = `${url.search ? `${url.search}&` : '?'}${new URLSearchParams({ validationToken: token })}`;
  return url;
}

/**
 * Asks the endpoint to give the token back.
 * @throws {GraphError} 400 ValidationError when it does not, in time, exactly
 */
export async function validate(address: string, timeoutMs: number): Promise<void> {
  const token = newToken();
  const { response, text } = await ask(withToken(address, token), timeoutMs);
  if (response.status !== 200) {
    throw failure(
      `failed. HTTP status code is '${statusName(response.status)}'. Notification endpoint must respond with 200 OK to validation request.`,
    );
  }
  if (!/^text\/plain\b/i.test(response.headers.get('content-type') ?? '')) {
    throw failure("failed. Notification endpoint must respond with content type 'text/plain'.");
  }
  if (text !== token) throw failure('failed. Response must exactly match validationToken query parameter.');
}

async function ask(url: URL, timeoutMs: number): Promise<{ response: Response; text: string }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { response, text: await response.text() };
  } catch (error) {
    throw (error as Error).name === 'TimeoutError'
      ? failure('timed out.')
      : failure('failed. Unable to connect to the notification endpoint.');
  }
}
