import { draggable } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { setCustomNativeDragPreview } from '@atlaskit/pragmatic-drag-and-drop/element/set-custom-native-drag-preview';
import { Paperclip } from 'lucide-react';
import { memo, useEffect, useRef } from 'react';

import { RecordChip } from './chip.tsx';
import { cx } from './cx.ts';
import { DateText } from './date-text.tsx';
import type { DraggedThread } from './drag.ts';
import { isolated, nameOf, plural } from './format.ts';
import { Skeleton } from './states.tsx';

/** Every row is this high, in pixels: the virtual list counts on it. */
export const THREAD_ROW_HEIGHT = 72;

type Person = { name: string | null; address: string | null };
export type ThreadRowData = {
  id: string;
  subject: string | null;
  participants: Person[];
  preview: string | null;
  last_message_at: string | null;
  message_count: number;
  unread_count: number;
  has_attachments: boolean;
  latest_email_id: string | null;
  links: {
    id: string;
    target_type: 'work_order' | 'equipment';
    target_id: string;
    label: string;
    title: string;
    state: 'suggested' | 'linked' | 'rejected' | 'removed';
  }[];
};

type Props = {
  row: ThreadRowData;
  selected: boolean;
  /** Of the person who looks: they are “me”. */
  ownAddress: string;
  /** False where this person may not link: the row stays put. */
  mayDrag: boolean;
  onOpen: (threadId: string) => void;
};

const firstName = (person: Person) => {
  const name = nameOf(person);
  return name.includes('@') ? (name.split('@')[0] ?? name) : (name.split(/[\s,]+/)[0] ?? name);
};

/** The others first, in full for the first of them; oneself last. */
function whoWrote(people: Person[], ownAddress: string): string {
  const isOwn = (person: Person) => person.address?.toLowerCase() === ownAddress.toLowerCase();
  const others = people.filter((person) => !isOwn(person));
  const [first, ...rest] = others;
  if (!first) return people.length > 0 ? 'me' : 'No sender';
  const names = [nameOf(first), ...rest.slice(0, 2).map(firstName)].map(isolated);
  if (rest.length > 2) names.push(`+${rest.length - 2}`);
  if (others.length < people.length) names.push('me');
  return names.join(', ');
}

function dragData(row: ThreadRowData): DraggedThread {
  return {
    kind: 'thread',
    threadId: row.id,
    emailId: row.latest_email_id ?? '',
    subject: row.subject || 'No subject',
    messageCount: row.message_count,
    linkedTo: row.links
      .filter((link) => link.state === 'linked')
      .map((link) => `${link.target_type}:${link.target_id}`),
  };
}

function drawPreview(container: HTMLElement, row: ThreadRowData, who: string): void {
  const card = document.createElement('div');
  card.className =
    'max-w-72 rounded-lg border border-line-strong bg-surface px-3 py-2 text-base font-medium text-ink truncate';
  card.textContent = row.subject || 'No subject';
  const more = document.createElement('div');
  more.className = 'text-sm font-normal text-ink-2 truncate';
  more.textContent = `${who}, ${plural(row.message_count, 'message')}`;
  card.append(more);
  container.append(card);
}

/** One conversation in a list: who, what, when, and which record it belongs to. Can be dragged onto one. */
export const ThreadRow = memo(function ThreadRow(props: Props) {
  const { row, selected, ownAddress, mayDrag, onOpen } = props;
  const who = whoWrote(row.participants, ownAddress);
  const ref = useRef<HTMLButtonElement>(null);
  const latest = useRef(row);
  latest.current = row;
  useEffect(() => {
    const element = ref.current;
    if (!element || !mayDrag) return;
    return draggable({
      element,
      canDrag: () => latest.current.latest_email_id !== null,
      getInitialData: () => dragData(latest.current),
      onGenerateDragPreview: ({ nativeSetDragImage }) =>
        setCustomNativeDragPreview({
          nativeSetDragImage,
          getOffset: () => ({ x: 12, y: 12 }),
          render: ({ container }) => drawPreview(container, latest.current, who),
        }),
    });
  }, [mayDrag, who]);

  const unread = row.unread_count > 0;
  const links = row.links.filter((link) => link.state === 'linked' || link.state === 'suggested');
  return (
    <button
      ref={ref}
      type="button"
      data-thread={row.id}
      aria-current={selected || undefined}
      onClick={() => onOpen(row.id)}
      style={{ height: THREAD_ROW_HEIGHT }}
      className={cx(
        'relative grid w-full grid-cols-[minmax(0,1fr)_auto] content-center gap-x-3 border-b border-line pr-4 pl-6 text-left -outline-offset-2',
        selected ? 'bg-accent-soft' : 'hover:bg-hover',
      )}
    >
      {unread && (
        <span className="absolute top-[13px] left-2.5 size-2 rounded-full bg-accent">
          <span className="sr-only">Unread. </span>
        </span>
      )}
      <span className="flex min-w-0 items-center gap-1.5">
        <span className={cx('truncate', unread ? 'font-semibold text-ink' : 'text-ink')}>{who}</span>
        {row.message_count > 1 && (
          <span className="shrink-0 text-xs text-ink-3" title={plural(row.message_count, 'message')}>
            {row.message_count}
            <span className="sr-only"> messages</span>
          </span>
        )}
      </span>
      <span className="flex items-center justify-end gap-1.5 text-sm text-ink-3">
        {row.has_attachments && <Paperclip size={12} aria-label="Has attachments" />}
        <DateText at={row.last_message_at} className={cx('whitespace-nowrap', unread && 'text-ink-2')} />
      </span>
      <span
        dir="auto"
        className={cx('col-span-2 truncate text-left', unread ? 'font-medium text-ink' : 'text-ink-2')}
      >
        {row.subject || <span className="text-ink-3">No subject</span>}
      </span>
      <span className="col-span-2 flex h-[18px] min-w-0 items-center gap-2">
        <span dir="auto" className="min-w-0 flex-1 truncate text-left text-sm text-ink-3">
          {row.preview}
        </span>
        {links.slice(0, 2).map((link) => (
          <span key={link.id} className="max-w-36 shrink-0">
            <RecordChip link={link} />
          </span>
        ))}
        {links.length > 2 && <span className="shrink-0 text-xs text-ink-3">+{links.length - 2}</span>}
      </span>
    </button>
  );
});

/** The shape of a row whose conversation is still on its way. */
export function ThreadRowSkeleton({ seed = 0 }: { seed?: number }) {
  const width = (base: number) => ({ width: `${base + ((seed * 37) % 28)}%` });
  return (
    <div
      style={{ height: THREAD_ROW_HEIGHT }}
      className="flex flex-col justify-center gap-2 border-b border-line pr-4 pl-6"
    >
      <div className="flex justify-between">
        <span className="skeleton block h-3" style={width(24)} />
        <Skeleton className="h-3 w-10" />
      </div>
      <span className="skeleton block h-3" style={width(46)} />
      <span className="skeleton block h-2.5" style={width(62)} />
    </div>
  );
}
