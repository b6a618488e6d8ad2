// What happens on the yacht while one looks: the service's event stream, shared by everything on the page.
import { useSyncExternalStore } from 'react';

import type { Watcher } from './types.ts';

export type LiveEvents = {
  sync: { watcher_id: string; status?: Watcher['status']; progress?: Watcher['progress'] };
  threads: { thread_ids?: string[] };
  links: { thread_id: string; target_type: string; target_id: string };
  connection: { purpose?: 'read' | 'write' };
  /** A notice was raised, or is mended. */
  notice: { watcher_id: string; kind: string; open: boolean };
  /** The stream is open, at first or again: what happened since the page looked was missed. */
  opened: Record<string, never>;
};
type Name = keyof LiveEvents;
type Listener<N extends Name> = (data: LiveEvents[N]) => void;

const NAMES = ['sync', 'threads', 'links', 'connection', 'notice'] as const;
const listeners = new Map<Name, Set<Listener<never>>>();
const watchers = new Set<() => void>();
let source: EventSource | null = null;
let state: 'off' | 'open' | 'lost' = 'off';

/** Calls `listener` for every such event until the returned function is called. */
export function onLive<N extends Name>(name: N, listener: Listener<N>): () => void {
  const set = listeners.get(name) ?? new Set();
  listeners.set(name, set);
  set.add(listener as Listener<never>);
  return () => set.delete(listener as Listener<never>);
}

function emit<N extends Name>(name: N, data: LiveEvents[N]): void {
  for (const listener of listeners.get(name) ?? []) (listener as Listener<N>)(data);
}

function setState(next: typeof state): void {
  if (state === next) return;
  state = next;
  for (const watcher of watchers) watcher();
  if (next === 'open') emit('opened', {});
}

/** Opens the stream (the browser reopens it by itself). Returns how to close it. */
export function startLive(): () => void {
  source?.close();
  const stream = new EventSource('/api/events');
  source = stream;
  stream.onopen = () => setState('open');
  stream.onerror = () => setState('lost');
  for (const name of NAMES) {
    stream.addEventListener(name, (event) => emit(name, JSON.parse(event.data)));
  }
  return () => {
    stream.close();
    if (source === stream) setState('off');
  };
}

/** Whether the stream is open, was lost, or has not been opened. */
export function useLiveState(): typeof state {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => state,
  );
}
