import { useQuery } from '@tanstack/react-query';
import { Check, Link2, Plus, Unlink, X } from 'lucide-react';
import type { ReactNode } from 'react';

import { wordsOf } from '../../api/problem.ts';
import { equipmentQuery, workOrderQuery } from '../../api/records.ts';
import { threadQuery } from '../../api/threads.ts';
import type { Link, Thread } from '../../api/types.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { DateText } from '../../ui/date-text.tsx';
import { plural } from '../../ui/format.ts';
import { Kbd } from '../../ui/kbd.tsx';
import { linkReason } from '../../ui/link-words.ts';
import { BackButton, Fact, PaneHeader } from '../../ui/pane.tsx';
import { Empty, Failure, Skeleton } from '../../ui/states.tsx';
import { Unbroken } from '../../ui/unbroken.tsx';
import { DueText, PriorityMark, StatusMark } from '../../ui/work-order-marks.tsx';

type Actions = {
  onLink: (thread: Thread) => void;
  onUnlink: (threadId: string, link: Link) => void;
  onConfirm: (threadId: string, link: Link) => void;
  onReject: (threadId: string, link: Link) => void;
  /** How a record's own page is linked; the router belongs to the app. */
  renderRecordLink: (link: Link, children: ReactNode) => ReactNode;
};
type Props = Actions & { threadId: string; mayLink: boolean; onBack?: (() => void) | undefined };

/** The records a conversation is on: what they are, why it is there, and how to change that. */
export function RecordPane(props: Props) {
  const { threadId, mayLink, onBack, onLink } = props;
  const thread = useQuery(threadQuery(threadId));
  const links = thread.data?.links ?? [];
  const linked = links.filter((link) => link.state === 'linked');
  const suggested = links.filter((link) => link.state === 'suggested');
  return (
    <aside aria-label="Records" className="flex h-full min-h-0 flex-col bg-bg">
      <PaneHeader>
        {onBack && <BackButton label="Back to the conversation" onClick={onBack} className="xl:hidden" />}
        <h2 className="flex-1 font-semibold">Records</h2>
        {mayLink && thread.data && (
          <IconButton label="Link to a record" keys="l" onClick={() => onLink(thread.data)}>
            <Plus size={16} aria-hidden="true" />
          </IconButton>
        )}
      </PaneHeader>
      <div className="min-h-0 flex-1 space-y-3 overflow-y-auto p-3">
        {thread.isPending && !thread.isPaused && <Skeleton className="h-40 rounded-lg" />}
        {suggested.map((link) => (
          <RecordCard key={link.id} link={link} {...props} />
        ))}
        {linked.map((link) => (
          <RecordCard key={link.id} link={link} {...props} />
        ))}
        {thread.data && linked.length + suggested.length === 0 && (
          <NotLinked mayLink={mayLink} onLink={() => onLink(thread.data)} />
        )}
      </div>
    </aside>
  );
}

function NotLinked({ mayLink, onLink }: { mayLink: boolean; onLink: () => void }) {
  return (
    <Empty
      icon={<Link2 size={22} aria-hidden="true" />}
      title="On no record yet"
      action={
        mayLink && (
          <Button look="primary" onClick={onLink}>
            Link to a record
          </Button>
        )
      }
    >
      {mayLink ? (
        <>
          Only you can read it until it is linked.{' '}
          <span className="hidden pointer-fine:inline">
            Drag it from the list onto a work order, or press <Kbd keys="l" className="align-text-bottom" />.
          </span>
        </>
      ) : (
        'Linking is for heads of department. Ask yours, or the captain.'
      )}
    </Empty>
  );
}

function RecordCard({
  link,
  threadId,
  mayLink,
  onUnlink,
  onConfirm,
  onReject,
  renderRecordLink,
}: Props & { link: Link }) {
  const making = link.id.startsWith('expected:');
  return (
    <article aria-label={link.label} className="rounded-lg border border-line bg-surface">
      <div className="flex items-start gap-1 pt-2.5 pr-2 pl-3.5">
        <div className="min-w-0 flex-1">
          <p className="text-sm font-medium text-ink-3">{link.label}</p>
          <p className="font-medium text-pretty">
            {renderRecordLink(link, <span className="hover:text-accent hover:underline">{link.title}</span>)}
          </p>
        </div>
        {mayLink && link.state === 'linked' && (
          <IconButton
            label={`Take off ${link.label}`}
            disabled={making}
            onClick={() => onUnlink(threadId, link)}
          >
            <Unlink size={15} aria-hidden="true" />
          </IconButton>
        )}
      </div>
      <div className="px-3.5 pt-1 pb-3">
        {link.target_type === 'work_order' ? (
          <WorkOrderFacts id={link.target_id} />
        ) : (
          <EquipmentFacts id={link.target_id} />
        )}
        <Reason link={link} />
        {mayLink && link.state === 'suggested' && (
          <div className="mt-3 flex gap-2">
            <Button
              look="primary"
              icon={<Check size={14} aria-hidden="true" />}
              onClick={() => onConfirm(threadId, link)}
            >
              Link
            </Button>
            <Button icon={<X size={14} aria-hidden="true" />} onClick={() => onReject(threadId, link)}>
              Not this one
            </Button>
          </div>
        )}
      </div>
    </article>
  );
}

const WHERE = { subject: 'The subject says', body: 'The mail says' } as const;

/** Why it is here and since when, with the very words where a mail said so. */
function Reason({ link }: { link: Link }) {
  const [first] = link.evidence;
  return (
    <div className="mt-2 border-t border-line pt-2 text-sm text-ink-2">
      <p className="break-words">
        {first ? (
          <>
            {WHERE[first.where]} “<Marked text={first.text.trim()} word={link.label} />”
          </>
        ) : (
          <Unbroken text={linkReason(link)} />
        )}
      </p>
      <p className="text-ink-3">
        {link.state === 'suggested' ? `Suggested, ${Math.round(link.confidence * 100)} % sure, ` : 'Linked '}
        <DateText at={link.decided_at ?? link.created_at} form="inline" />
      </p>
    </div>
  );
}

/** `text` with the record's number standing out. */
function Marked({ text, word }: { text: string; word: string }) {
  const at = text.toLowerCase().indexOf(word.toLowerCase());
  if (at < 0) return <Unbroken text={text} />;
  return (
    <>
      <Unbroken text={text.slice(0, at)} />
      <mark className="whitespace-nowrap rounded-[3px] bg-accent-soft px-0.5 font-medium text-accent">
        {text.slice(at, at + word.length)}
      </mark>
      <Unbroken text={text.slice(at + word.length)} />
    </>
  );
}

function FactsSkeleton() {
  return (
    <div className="space-y-2 py-2">
      <Skeleton className="h-3 w-2/3" />
      <Skeleton className="h-3 w-1/2" />
    </div>
  );
}

function WorkOrderFacts({ id }: { id: string }) {
  const order = useQuery(workOrderQuery(id));
  if (order.isPending) return order.isPaused ? null : <FactsSkeleton />;
  if (order.isError)
    return <Failure compact {...wordsOf(order.error)} onRetry={() => void order.refetch()} />;
  const { status, priority, due_date, equipment, assigned_to, threads } = order.data;
  return (
    <dl className="mt-1 text-sm">
      <Fact name="Status">
        <StatusMark status={status} words />
      </Fact>
      <Fact name="Priority">
        <PriorityMark priority={priority} words />
      </Fact>
      <Fact name="Due">
        <DueText day={due_date} status={status} />
      </Fact>
      {equipment && (
        <Fact name="Equipment">
          {equipment.name} <span className="whitespace-nowrap text-ink-3">{equipment.code}</span>
        </Fact>
      )}
      {assigned_to && <Fact name="Assigned to">{assigned_to}</Fact>}
      <Fact name="Mail">{plural(threads.length, 'conversation')}</Fact>
    </dl>
  );
}

function EquipmentFacts({ id }: { id: string }) {
  const item = useQuery(equipmentQuery(id));
  if (item.isPending) return item.isPaused ? null : <FactsSkeleton />;
  if (item.isError) return <Failure compact {...wordsOf(item.error)} onRetry={() => void item.refetch()} />;
  const { manufacturer, model, serial_number, location, work_orders, threads } = item.data;
  return (
    <dl className="mt-1 text-sm">
      {(manufacturer || model) && <Fact name="Make">{[manufacturer, model].filter(Boolean).join(' ')}</Fact>}
      {serial_number && <Fact name="Serial no.">{serial_number}</Fact>}
      {location && <Fact name="Location">{location}</Fact>}
      <Fact name="Work orders">{work_orders.length}</Fact>
      <Fact name="Mail">{plural(threads.length, 'conversation')}</Fact>
    </dl>
  );
}
