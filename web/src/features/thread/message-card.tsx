import { CalendarDays, ChevronDown, ExternalLink, Paperclip, TriangleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';

import type { Message } from '../../api/types.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { cx } from '../../ui/cx.ts';
import { DateText } from '../../ui/date-text.tsx';
import { isolated, nameOf } from '../../ui/format.ts';
import { Attachments } from './attachments.tsx';
import { MessageBody } from './message-body.tsx';

type Props = { message: Message; open: boolean; onToggle: () => void };

/** One message of a conversation: a line while it is closed, the whole mail while it is open. */
export function MessageCard({ message, open, onToggle }: Props) {
  const from = message.is_draft && !message.from ? 'Draft' : nameOf(message.from);
  const at = message.received_at ?? message.sent_at;
  return (
    <article aria-label={`From ${from}`} className="border-b border-line">
      <button
        type="button"
        aria-expanded={open}
        onClick={onToggle}
        className={cx(
          'flex w-full items-center gap-3 px-5 text-left -outline-offset-2 hover:bg-hover',
          open ? 'pt-4 pb-1' : 'h-12',
        )}
      >
        <Avatar name={from} />
        <span className="flex min-w-0 flex-1 items-baseline gap-2">
          <span
            className={cx(
              'shrink-0 truncate',
              message.is_read ? 'font-medium' : 'font-semibold',
              open ? 'max-w-full shrink' : 'max-w-44',
            )}
          >
            <bdi>{from}</bdi>
          </span>
          {open ? (
            <span className="hidden truncate text-sm text-ink-3 sm:inline">
              {message.from?.address !== from && message.from?.address}
            </span>
          ) : (
            <span dir="auto" className="min-w-0 flex-1 truncate text-left text-ink-3">
              {message.preview}
            </span>
          )}
        </span>
        <Marks message={message} open={open} />
        <DateText at={at} form={open ? 'medium' : 'short'} className="shrink-0 text-sm text-ink-3" />
      </button>
      {open && (
        <div className="pr-5 pb-5 pl-5 sm:pl-15">
          <Addressees message={message} />
          <KindNote message={message} />
          <div className="mt-3">
            <MessageBody message={message} />
          </div>
          {message.has_attachments && <Attachments emailId={message.id} />}
        </div>
      )}
    </article>
  );
}

function Mark({ children, tone = 'plain' }: { children: ReactNode; tone?: 'plain' | 'warn' }) {
  return (
    <span
      className={cx(
        'shrink-0 rounded-[5px] px-1.5 text-xs leading-[18px] font-medium',
        tone === 'warn' ? 'bg-warn-soft text-warn' : 'bg-pressed text-ink-2',
      )}
    >
      {children}
    </span>
  );
}

function Marks({ message, open }: { message: Message; open: boolean }) {
  return (
    <>
      {message.is_draft && <Mark tone="warn">Draft</Mark>}
      {!open && message.kind.startsWith('meeting') && <Mark>Meeting</Mark>}
      {!open && message.kind === 'report' && <Mark>Delivery report</Mark>}
      {message.importance === 'high' && <Mark tone="warn">Important</Mark>}
      {message.removed && <Mark>No longer in the mailbox</Mark>}
      {!open && message.has_attachments && (
        <Paperclip size={12} className="shrink-0 text-ink-3" aria-label="Has attachments" />
      )}
    </>
  );
}

const list = (people: Message['to']) => people.map((person) => isolated(nameOf(person))).join(', ');

function toWhom(message: Message): string {
  if (message.to.length > 0) return `to ${list(message.to)}`;
  return message.is_draft ? 'No recipient yet' : 'to undisclosed recipients';
}

/** To whom, where it lies and in whose mailbox; every address when asked. */
function Addressees({ message }: { message: Message }) {
  const [all, setAll] = useState(false);
  const place = [message.folder?.name, message.mailbox.mine ? null : message.mailbox.address].filter(Boolean);
  return (
    <div className="text-sm text-ink-3">
      <div className="flex flex-wrap items-center gap-x-2">
        <button
          type="button"
          aria-expanded={all}
          onClick={() => setAll(!all)}
          className="-mx-1 inline-flex max-w-full items-center gap-0.5 rounded px-1 hover:text-ink"
        >
          <span className="truncate">{toWhom(message)}</span>
          <ChevronDown size={13} className={cx('shrink-0', all && 'rotate-180')} aria-hidden="true" />
        </button>
        {place.length > 0 && <span>in {place.join(', ')}</span>}
      </div>
      {all && (
        <dl className="mt-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 rounded-lg bg-hover px-3 py-2">
          <AddressLine name="From" people={message.from ? [message.from] : []} />
          <AddressLine name="To" people={message.to} />
          <AddressLine name="Cc" people={message.cc} />
          <dt>Mailbox</dt>
          <dd className="break-words text-ink-2">
            {message.mailbox.address}
            {message.mailbox.mine && ' (yours)'}
          </dd>
          {message.web_link && message.mailbox.mine && (
            <>
              <dt className="sr-only">Outlook</dt>
              <dd className="col-start-2">
                <a
                  href={message.web_link}
                  target="_blank"
                  rel="noreferrer"
                  className="inline-flex items-center gap-1 text-accent hover:underline"
                >
                  Open in Outlook <ExternalLink size={12} aria-hidden="true" />
                </a>
              </dd>
            </>
          )}
        </dl>
      )}
    </div>
  );
}

function AddressLine({ name, people }: { name: string; people: Message['to'] }) {
  if (people.length === 0) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd className="break-words text-ink-2">
        {people
          .map((person) =>
            person.name && person.address ? `${person.name} <${person.address}>` : nameOf(person),
          )
          .join(', ')}
      </dd>
    </>
  );
}

const KIND_NOTES = {
  meeting: 'A meeting request. Answer it in Outlook.',
  meeting_answer: 'An answer to a meeting request.',
  report: 'A report from a mail server about a mail that was sent.',
} as const;

function KindNote({ message }: { message: Message }) {
  if (message.kind === 'mail') return null;
  const Icon = message.kind === 'report' ? TriangleAlert : CalendarDays;
  return (
    <p className="mt-2 flex items-center gap-1.5 text-sm text-ink-2">
      <Icon size={14} className="shrink-0 text-ink-3" aria-hidden="true" />
      {KIND_NOTES[message.kind]}
    </p>
  );
}
