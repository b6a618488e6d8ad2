// Where Microsoft notifies us. Nobody is signed in here: what is believed is the clientState of each item. Whatever
// else comes is thanked for in the same way, so that nobody learns what we know.
// https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';

import { CelesteError } from '#base/errors.ts';
import { type AppEnv, newRoutes, problems } from '#http/context.ts';
import { type Notification, notificationsOf } from '#microsoft/notifications.ts';
import { LIFECYCLE_PATH, NOTIFICATION_PATH } from '#sync/subscription-steps.ts';

export type WebhookDeps = {
  /**
   * Stores a nudge for each mailbox that a believable notification is about; `now` is when they came.
   *
   * @returns how many were believed; rejects when they could not be stored
   */
  storeNotifications: (received: Notification[]) => Promise<number>;
  /** Has the workers take the nudges. They are found without it, a little later. */
  wakeWorkers: () => Promise<void>;
  /** Counts what came. */
  count: (kind: 'change' | 'lifecycle', outcome: 'accepted' | 'ignored', items: number) => void;
};

// Microsoft's tokens have a few hundred characters.
const LONGEST_TOKEN = 4_096;
// Microsoft waits for three seconds, and stops notifying for a while when many answers come later than that: one that
// says "try again" in time is better than a thank you too late.
const STORE_MS = 2_000;
const WAKE_MS = 500;

const webhook = <Path extends string>(path: Path, summary: string) =>
  createRoute({
    method: 'post',
    path,
    tags: ['Webhooks'],
    security: [],
    summary,
    description: 'For Microsoft alone. With `?validationToken=` the answer is that token.',
    responses: {
      200: { description: 'The validation token', content: { 'text/plain': { schema: z.string() } } },
      202: { description: 'Stored what is ours, ignored the rest' },
      ...problems(400),
    },
  });

const notifications = webhook(NOTIFICATION_PATH, 'Change notifications of Microsoft Graph');
const lifecycle = webhook(LIFECYCLE_PATH, 'Lifecycle notifications of Microsoft Graph');

export function webhookRoutes(deps: WebhookDeps) {
  return newRoutes()
    .openapi(notifications, (c) => receive(c, deps, 'change') as never)
    .openapi(lifecycle, (c) => receive(c, deps, 'lifecycle') as never);
}

async function receive(
  c: Context<AppEnv>,
  deps: WebhookDeps,
  kind: 'change' | 'lifecycle',
): Promise<Response> {
  const token = new URL(c.req.url).searchParams.get('validationToken');
  if (token !== null) return answerHandshake(c, token);
  const items = notificationsOf(await readJson(c));
  const understood = items.filter((item) => item !== null);
  const believed = await stored(deps, understood);
  deps.count(kind, 'accepted', believed);
  deps.count(kind, 'ignored', items.length - believed);
  if (believed > 0) {
    await within(WAKE_MS, deps.wakeWorkers()).catch((err) =>
      c.get('log').warn({ err }, 'nudges wait for the next sweep'),
    );
  }
  return c.body(null, 202);
}

// The token comes back byte for byte: as plain text, which nothing renders (nosniff), and not compressed.
function answerHandshake(c: Context<AppEnv>, token: string): Response {
  if (token.length > LONGEST_TOKEN) {
    throw new CelesteError('invalid_request', 'validationToken: too long for one of Microsoft’s.');
  }
  return c.body(token, 200, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
  });
}

async function readJson(c: Context<AppEnv>): Promise<unknown> {
  const text = await c.req.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CelesteError('invalid_request', 'body: is not JSON.', { cause });
  }
}

// A 5xx makes Microsoft try again, for up to four hours.
async function stored(deps: WebhookDeps, understood: Notification[]): Promise<number> {
  try {
    return await within(STORE_MS, deps.storeNotifications(understood));
  } catch (cause) {
    throw new CelesteError('notification_not_stored', 'The notification could not be stored.', { cause });
  }
}

/** What `work` comes to, if it does in time; it goes on behind a rejection. */
function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`took longer than ${milliseconds} ms`)), milliseconds);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}
