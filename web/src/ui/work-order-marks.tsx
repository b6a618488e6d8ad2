// The state of a work order, its urgency, its due day and its mail, as small marks that read at a glance.
import { CircleAlert, MessagesSquare } from 'lucide-react';

import { cx } from './cx.ts';
import { useNow } from './date-text.tsx';
import { dueDate } from './dates.ts';
import { plural } from './format.ts';

export type Status =
  | 'planned'
  | 'open'
  | 'in_progress'
  | 'waiting_parts'
  | 'on_hold'
  | 'completed'
  | 'cancelled';
export type Priority = 'routine' | 'important' | 'urgent' | 'critical';

export const STATUS_WORDS: Record<Status, string> = {
  planned: 'Planned',
  open: 'Open',
  in_progress: 'In progress',
  waiting_parts: 'Waiting for parts',
  on_hold: 'On hold',
  completed: 'Completed',
  cancelled: 'Cancelled',
};

export const isClosed = (status: Status) => status === 'completed' || status === 'cancelled';

function StatusShape({ status }: { status: Status }) {
  const ring = <circle cx="7" cy="7" r="5.5" fill="none" stroke="currentColor" strokeWidth="1.5" />;
  switch (status) {
    case 'planned':
      return (
        <circle
          cx="7"
          cy="7"
          r="5.5"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeDasharray="2 2.3"
        />
      );
    case 'open':
      return ring;
    case 'in_progress':
      return (
        <>
          {ring}
          <path d="M7 3.5a3.5 3.5 0 0 1 0 7Z" fill="currentColor" />
        </>
      );
    case 'waiting_parts':
      return (
        <>
          {ring}
          <path d="M7 4v3l2 1.5" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
        </>
      );
    case 'on_hold':
      return (
        <>
          {ring}
          <path d="M5.5 5v4M8.5 5v4" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
        </>
      );
    case 'completed':
      return (
        <>
          <circle cx="7" cy="7" r="6.25" fill="currentColor" />
          <path
            d="m4.5 7.2 1.8 1.8 3.3-3.7"
            fill="none"
            stroke="var(--surface)"
            strokeWidth="1.6"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </>
      );
    case 'cancelled':
      return (
        <>
          {ring}
          <path d="m5 5 4 4M9 5 5 9" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
        </>
      );
  }
}

const STATUS_COLOUR: Record<Status, string> = {
  planned: 'text-ink-3',
  open: 'text-ink-2',
  in_progress: 'text-accent',
  waiting_parts: 'text-warn',
  on_hold: 'text-warn',
  completed: 'text-ok',
  cancelled: 'text-ink-3',
};

/** The status as a shape, with its words beside it or for the pointer and screen readers. */
export function StatusMark({ status, words }: { status: Status; words?: boolean }) {
  return (
    <span className="inline-flex items-center gap-1.5" title={words ? undefined : STATUS_WORDS[status]}>
      <svg viewBox="0 0 14 14" className={cx('size-3.5 shrink-0', STATUS_COLOUR[status])} aria-hidden="true">
        <StatusShape status={status} />
      </svg>
      <span className={words ? undefined : 'sr-only'}>{STATUS_WORDS[status]}</span>
    </span>
  );
}

const LEVEL: Record<Priority, number> = { routine: 1, important: 2, urgent: 3, critical: 4 };

/** The priority as rising bars; critical is the only one in red. */
export function PriorityMark({ priority, words }: { priority: Priority; words?: boolean }) {
  const name = priority.charAt(0).toUpperCase() + priority.slice(1);
  const critical = priority === 'critical';
  return (
    <span className="inline-flex items-center gap-1.5" title={words ? undefined : `${name} priority`}>
      <svg
        viewBox="0 0 14 14"
        className={cx('size-3.5 shrink-0', critical ? 'text-danger' : 'text-ink-2')}
        aria-hidden="true"
      >
        {[0, 1, 2, 3].map((bar) => (
          <rect
            key={bar}
            x={0.5 + bar * 3.5}
            y={9 - bar * 2.5}
            width="2.5"
            height={4 + bar * 2.5}
            rx="0.8"
            fill="currentColor"
            opacity={bar < LEVEL[priority] ? 1 : 0.22}
          />
        ))}
      </svg>
      <span className={words ? undefined : 'sr-only'}>{words ? name : `${name} priority`}</span>
    </span>
  );
}

/** When work is due; red once it is late, unless it is done. */
export function DueText({ day, status }: { day: string | null; status: Status }) {
  const now = useNow();
  if (!day) return <span className="text-ink-3">No due date</span>;
  const due = dueDate(day, now);
  const late = due.overdue && !isClosed(status);
  const soon = due.soon && !isClosed(status);
  return (
    <span
      title={`Due ${day}${late ? `, ${-due.days} days late` : ''}`}
      className={cx(
        'inline-flex items-center gap-1 whitespace-nowrap',
        late ? 'font-medium text-danger' : soon ? 'text-warn' : 'text-ink-3',
      )}
    >
      {late && <CircleAlert size={12} aria-hidden="true" />}
      <span className="sr-only">{late ? 'Overdue, was due ' : 'Due '}</span>
      {due.text}
    </span>
  );
}

/** How many conversations are on a record; nothing where there are none. */
export function ConversationCount({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span
      className="inline-flex shrink-0 items-center gap-1 text-sm text-ink-3"
      title={plural(count, 'conversation')}
    >
      <MessagesSquare size={12} aria-hidden="true" />
      {count}
      <span className="sr-only"> conversations</span>
    </span>
  );
}
