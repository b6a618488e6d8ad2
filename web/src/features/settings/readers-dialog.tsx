import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';

import { wordsOf } from '../../api/problem.ts';
import { readersQuery, setReaders } from '../../api/shared-mailboxes.ts';
import type { Watcher } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { Modal } from '../../ui/dialog.tsx';
import { plural, roleName } from '../../ui/format.ts';
import { Failure, Skeleton } from '../../ui/states.tsx';

type Props = { watcher: Watcher; onClose: () => void };

/** Everyone aboard with a tick at those who read the mailbox. */
export function ReadersDialog({ watcher, onClose }: Props) {
  const client = useQueryClient();
  const readers = useQuery(readersQuery(watcher.id));
  const [chosen, setChosen] = useState<Set<string> | null>(null);
  const crew = readers.data?.crew ?? [];
  const ticked = chosen ?? new Set(crew.filter((person) => person.reads).map((person) => person.id));
  const save = useMutation({
    mutationFn: () => setReaders(watcher.id, [...ticked]),
    onSuccess: (fresh) => {
      client.setQueryData(readersQuery(watcher.id).queryKey, fresh);
      void client.invalidateQueries({ queryKey: ['watchers'] });
      toast.success(
        `${plural(ticked.size, 'person', 'people')} read${ticked.size === 1 ? 's' : ''} this mailbox`,
      );
      onClose();
    },
  });
  const toggle = (id: string) => {
    const next = new Set(ticked);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const mayChange = readers.data?.may_change ?? false;
  const failed = readers.error ?? save.error;
  return (
    <Modal open onClose={onClose} title={`Who reads ${watcher.mailbox}`} width={440}>
      <p className="px-5 pt-1 text-ink-2">
        {mayChange || readers.isPending
          ? 'They see all of its mail here, whether Outlook shows it to them or not.'
          : 'Whoever added it, or the captain, may change this.'}
      </p>
      <div className="max-h-[50vh] overflow-y-auto px-3 py-3">
        {readers.isPending && <Skeleton className="mx-2 h-40" />}
        {failed && <Failure compact {...wordsOf(failed)} onRetry={() => void readers.refetch()} />}
        {crew.map((person) => (
          <label
            key={person.id}
            className="flex h-10 cursor-pointer items-center gap-3 rounded-md px-2 hover:bg-hover has-[:disabled]:cursor-default"
          >
            <input
              type="checkbox"
              checked={ticked.has(person.id)}
              disabled={!mayChange}
              onChange={() => toggle(person.id)}
              className="size-4 accent-accent"
            />
            <span className="min-w-0 flex-1 truncate">{person.display_name}</span>
            <span className="shrink-0 text-sm text-ink-3">{roleName(person.role)}</span>
          </label>
        ))}
      </div>
      <div className="flex justify-end gap-2 border-t border-line px-5 py-3">
        <Button onClick={onClose}>{mayChange ? 'Cancel' : 'Close'}</Button>
        {mayChange && (
          <Button
            look="primary"
            disabled={save.isPending || ticked.size === 0 || chosen === null}
            onClick={() => save.mutate()}
          >
            Save
          </Button>
        )}
      </div>
    </Modal>
  );
}
