// What the event stream means for what is loaded. The inbox and an open thread listen for themselves.
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

import { onLive, startLive } from '../api/live.ts';
import { watchersQuery } from '../api/mailboxes.ts';

/** Runs `action` at once, then at most every `ms` while it keeps being asked for. */
function atMostEvery(ms: number, action: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = false;
  const tick = () => {
    timer = undefined;
    if (!asked) return;
    asked = false;
    action();
    timer = setTimeout(tick, ms);
  };
  return () => {
    asked = true;
    if (!timer) tick();
  };
}

function listen(client: QueryClient): () => void {
  const invalidate = (...keys: string[]) => {
    for (const key of keys) void client.invalidateQueries({ queryKey: [key] });
  };
  const watchers = atMostEvery(1500, () => invalidate('watchers'));
  const records = atMostEvery(3000, () =>
    invalidate('work-orders', 'work-order', 'equipment', 'equipment-list'),
  );
  const stops = [
    onLive('sync', ({ watcher_id, status, progress }) => {
      client.setQueryData(watchersQuery.queryKey, (items) =>
        items?.map((item) =>
          item.id === watcher_id
            ? { ...item, status: status ?? item.status, progress: progress ?? item.progress }
            : item,
        ),
      );
      watchers();
    }),
    onLive('connection', () => invalidate('outlook', 'watchers', 'notices')),
    onLive('notice', () => invalidate('notices', 'watchers')),
    onLive('links', records),
    onLive('threads', records),
    onLive('opened', () => {
      void client.refetchQueries({ type: 'active', predicate: ({ state }) => state.status === 'error' });
      invalidate(
        'outlook',
        'watchers',
        'notices',
        'work-orders',
        'work-order',
        'equipment',
        'equipment-list',
      );
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Keeps the page in step with the yacht while it is open. */
export function useLive(): void {
  const client = useQueryClient();
  useEffect(() => {
    const stopListening = listen(client);
    const stopLive = startLive();
    return () => {
      stopListening();
      stopLive();
    };
  }, [client]);
}
