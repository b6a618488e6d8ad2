import { MessagesSquare } from 'lucide-react';

import { linkReason } from './link-words.ts';
import { PartTitle } from './pane.tsx';
import { Empty } from './states.tsx';
import { ThreadRow, type ThreadRowData } from './thread-row.tsx';

type LinkedRow = ThreadRowData & { link: Parameters<typeof linkReason>[0] & { id: string } };
type Props = {
  threads: LinkedRow[];
  /** What they are linked to, in the words of the empty state: "work order". */
  record: string;
  /** Where there is mail when there is none here; said in place of how mail gets here. */
  elsewhere?: string | null;
  openThreadId: string | null;
  mayLink: boolean;
  ownAddress: string;
  onOpenThread: (threadId: string) => void;
};

/** The conversations on a record, each with why it is there. */
export function LinkedThreads(props: Props) {
  const { threads, record, elsewhere, openThreadId, mayLink, ownAddress, onOpenThread } = props;
  return (
    <div className="border-t border-line pt-2 pb-8">
      <div className="px-5">
        <PartTitle aside={<span className="text-sm text-ink-3">{threads.length || ''}</span>}>
          Conversations
        </PartTitle>
      </div>
      {threads.length === 0 && (
        <Empty
          icon={<MessagesSquare size={22} aria-hidden="true" />}
          title={elsewhere ? `No mail on this ${record} itself` : `No mail on this ${record} yet`}
        >
          {elsewhere ?? (
            <>
              {mayLink && 'Open a conversation in the inbox and choose Link. '}
              Mail that names a work-order number links by itself.
            </>
          )}
        </Empty>
      )}
      {threads.length > 0 && (
        <ul className="mx-2 mt-1 overflow-hidden rounded-lg border border-line sm:mx-5">
          {threads.map((thread) => (
            <li key={thread.id} className="not-last:border-b [&>button]:border-b-0">
              <ThreadRow
                row={{ ...thread, links: thread.links.filter((link) => link.id !== thread.link.id) }}
                selected={thread.id === openThreadId}
                mayDrag={mayLink}
                ownAddress={ownAddress}
                onOpen={onOpenThread}
              />
              <p className="truncate px-6 pb-2.5 text-sm text-ink-3">{linkReason(thread.link)}</p>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
