// News for an open page, as server-sent events: sync progress, new mail, links.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
import { createRoute, z } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';

import type { Log } from '#base/log.ts';
import type { Events } from '#directory/events.ts';
import type { Identify } from '#directory/principal.ts';
import { newRoutes, problems } from '#http/context.ts';
import { mayHear } from '#http/live.ts';

const HEARTBEAT_MS = 20_000;

const getEvents = createRoute({
  method: 'get',
  path: '/api/events',
  tags: ['Events'],
  summary: 'What happens while the page is open',
  description:
    'Events: `sync` {watcher_id, status, progress}, `threads` {thread_ids} (an empty list: look at all again), ' +
    '`links` {thread_id, target_type, target_id}, `connection` {purpose}, `notice` {watcher_id, kind, open}. When the ' +
    'stream ends, open it again and read afresh what is shown: something may have been missed.',
  responses: {
    200: { description: 'A stream', content: { 'text/event-stream': { schema: z.string() } } },
    ...problems(401),
  },
});

export type EventsDeps = { events: Pick<Events, 'subscribe'>; identify: Identify; log: Log };

export function eventRoutes({ events, identify, log }: EventsDeps) {
  return newRoutes().openapi(getEvents, (c) => {
    const principal = c.get('principal');
    const stillSignedIn = () => identify(c.req.raw).then(Boolean, () => false);
    c.header('X-Accel-Buffering', 'no');
    const response = streamSSE(
      c,
      async (stream) => {
        const ended = Promise.withResolvers<void>();
        stream.onAbort(ended.resolve);
        const unsubscribe = await events.subscribe({
          onGap: ended.resolve,
          onEvent: (event) => {
            if (!mayHear(principal, event)) return;
            void stream.writeSSE({ event: event.type, data: JSON.stringify(event.data) });
          },
        });
        // A comment keeps proxies from closing the stream; it is also when a sign-out is noticed.
        const beat = async () => {
          if (await stillSignedIn()) await stream.write(': still here\n\n');
          else ended.resolve();
        };
        const heartbeat = setInterval(() => void beat(), HEARTBEAT_MS);
        try {
          await stream.write(': welcome\n\n');
          await ended.promise;
        } finally {
          clearInterval(heartbeat);
          unsubscribe();
        }
      },
      async (err) => log.warn({ err }, 'a stream of events ended early'),
    );
    return response as never;
  });
}
