import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ChevronsDownUp, ChevronsUpDown, Link2, PanelRight } from 'lucide-react';
import { useEffect } from 'react';
import { toast } from 'sonner';

import { onLive } from '../../api/live.ts';
import { isWorthRetry, wordsOf } from '../../api/problem.ts';
import { threadQuery } from '../../api/threads.ts';
import type { Thread } from '../../api/types.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { RecordChip } from '../../ui/chip.tsx';
import { plural } from '../../ui/format.ts';
import { useShortcuts } from '../../ui/keys.tsx';
import { linkReason } from '../../ui/link-words.ts';
import { BackButton, PaneHeader } from '../../ui/pane.tsx';
import { Failure, Loading, Skeleton } from '../../ui/states.tsx';
import { Unbroken } from '../../ui/unbroken.tsx';
import { type Expansion, useExpansion } from './expansion.ts';
import { MessageCard } from './message-card.tsx';

type Props = {
  threadId: string;
  mayLink: boolean;
  backLabel: string;
  onBack: () => void;
  onLink: (thread: Thread) => void;
  /** Present where the record pane is not beside the thread: brings it. */
  onShowRecord?: (() => void) | undefined;
  /** Classes of the record button, so that it hides where the pane is always shown. */
  recordButtonClass?: string;
};

/** One conversation: its subject, the records it is on and why, and its messages, oldest first. */
export function ThreadView(props: Props) {
  const { threadId, mayLink, backLabel, onBack, onLink } = props;
  const thread = useQuery(threadQuery(threadId));
  useFreshThread(threadId);
  const expansion = useExpansion(thread.data?.messages);
  const link = () => {
    if (!mayLink) toast('You may read this, not link it', { description: WHY_NOT });
    else if (thread.data) onLink(thread.data);
  };

  useShortcuts([
    { keys: 'u', also: ['Escape'], label: backLabel, group: 'Conversation', run: onBack },
    { keys: 'l', label: 'Link to a work order or equipment', group: 'Conversation', run: link },
    { keys: 'e', label: 'Open or close all messages', group: 'Conversation', run: expansion.toggleAll },
  ]);

  return (
    <section aria-label="Conversation" className="flex h-full min-h-0 flex-col bg-surface">
      <PaneHeader className="px-5!">
        <BackButton label={backLabel} onClick={onBack} />
        <span className="min-w-0 flex-1 truncate text-sm text-ink-3">
          {thread.data && plural(thread.data.messages.length, 'message')}
        </span>
        <IconButton
          label={expansion.allOpen ? 'Close all messages' : 'Open all messages'}
          keys="e"
          onClick={expansion.toggleAll}
        >
          {expansion.allOpen ? (
            <ChevronsDownUp size={16} aria-hidden="true" />
          ) : (
            <ChevronsUpDown size={16} aria-hidden="true" />
          )}
        </IconButton>
        <LinkButton mayLink={mayLink} ready={thread.isSuccess} onClick={link} />
        {props.onShowRecord && (
          <IconButton
            label="Show the records"
            onClick={props.onShowRecord}
            className={props.recordButtonClass ?? ''}
          >
            <PanelRight size={16} aria-hidden="true" />
          </IconButton>
        )}
      </PaneHeader>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
        {thread.isPending && (
          <Loading paused={thread.isPaused}>
            <ThreadSkeleton />
          </Loading>
        )}
        {thread.isError && !thread.data && (
          <Failure
            {...wordsOf(thread.error)}
            onRetry={isWorthRetry(thread.error) ? () => void thread.refetch() : undefined}
            busy={thread.isFetching}
          />
        )}
        {thread.data && <Conversation thread={thread.data} expansion={expansion} />}
      </div>
    </section>
  );
}

const WHY_NOT = 'Linking is for heads of department. Ask yours, or the captain.';

function LinkButton({ mayLink, ready, onClick }: { mayLink: boolean; ready: boolean; onClick: () => void }) {
  return (
    <span title={mayLink ? undefined : WHY_NOT}>
      <Button
        onClick={onClick}
        aria-disabled={!mayLink || !ready || undefined}
        aria-description={mayLink ? undefined : WHY_NOT}
        icon={<Link2 size={14} aria-hidden="true" />}
        keys="l"
      >
        Link
      </Button>
    </span>
  );
}

function Conversation({ thread, expansion }: { thread: Thread; expansion: Expansion }) {
  const links = thread.links.filter((link) => link.state === 'linked' || link.state === 'suggested');
  return (
    <>
      <div className="border-b border-line px-5 pt-5 pb-4">
        <h1
          dir="auto"
          title={thread.subject ?? undefined}
          className="line-clamp-4 text-left text-xl leading-6 font-semibold tracking-[-0.01em] text-balance break-words"
        >
          <Unbroken text={thread.subject || 'No subject'} />
        </h1>
        {links.length > 0 && (
          <ul className="mt-2.5 space-y-1.5">
            {links.map((link) => (
              <li key={link.id} className="flex min-w-0 flex-wrap items-center gap-x-2 text-sm text-ink-3">
                <RecordChip link={link} />
                <span className="min-w-0">
                  <Unbroken text={linkReason(link)} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
      {thread.messages.map((message) => (
        <MessageCard
          key={message.id}
          message={message}
          open={expansion.isOpen(message.id)}
          onToggle={() => expansion.toggle(message.id)}
        />
      ))}
    </>
  );
}

/** Asks for the thread again when an event names it. */
function useFreshThread(threadId: string): void {
  const client = useQueryClient();
  useEffect(() => {
    const again = () => void client.invalidateQueries({ queryKey: threadQuery(threadId).queryKey });
    const stops = [
      onLive('threads', ({ thread_ids }) => thread_ids?.includes(threadId) && again()),
      onLive('links', ({ thread_id }) => thread_id === threadId && again()),
      onLive('opened', again),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, threadId]);
}

function ThreadSkeleton() {
  return (
    <div aria-busy="true" role="status">
      <span className="sr-only">Loading the conversation</span>
      <div className="border-b border-line px-5 pt-6 pb-5">
        <Skeleton className="h-5 w-3/5" />
      </div>
      {[0, 1].map((line) => (
        <div key={line} className="flex h-12 items-center gap-3 border-b border-line px-5">
          <Skeleton className="size-7 rounded-full" />
          <Skeleton className="h-3 w-28" />
          <Skeleton className="h-3 flex-1" />
        </div>
      ))}
      <div className="space-y-2 px-5 py-5 sm:pl-15">
        <Skeleton className="h-3 w-11/12" />
        <Skeleton className="h-3 w-10/12" />
        <Skeleton className="h-3 w-1/2" />
      </div>
    </div>
  );
}
