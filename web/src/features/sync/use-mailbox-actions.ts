import { useMutation, useQueryClient } from '@tanstack/react-query';

import { rememberWatcher, setPaused, syncNow } from '../../api/mailboxes.ts';
import { wordsOf } from '../../api/problem.ts';
import { setIntervalMinutes } from '../../api/sync.ts';
import type { Watcher } from '../../api/types.ts';
import { toastFailed } from '../../ui/failed.ts';

/** What a person may tell a mailbox: sync now, pause or resume, how often. */
export function useMailboxActions(watcher: Watcher) {
  const client = useQueryClient();
  const remember = (fresh: Watcher) => {
    rememberWatcher(client, fresh);
    void client.invalidateQueries({ queryKey: ['notices'] });
  };
  const failed = (what: string) => (error: unknown) => toastFailed(what, wordsOf(error));
  const paused = watcher.status === 'paused';
  const sync = useMutation({
    mutationFn: () => syncNow(watcher.id),
    onSuccess: remember,
    onError: failed('Not synced'),
  });
  const pause = useMutation({
    mutationFn: () => setPaused(watcher.id, !paused),
    onSuccess: remember,
    onError: failed(paused ? 'Still paused' : 'Not paused'),
  });
  const interval = useMutation({
    mutationFn: (minutes: number) => setIntervalMinutes(watcher.id, minutes),
    onSuccess: remember,
    onError: failed('The interval stays as it was'),
  });
  return { sync, pause, interval };
}
