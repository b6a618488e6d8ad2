import { useQuery } from '@tanstack/react-query';
import { Check, CircleAlert, Eye, PenLine } from 'lucide-react';

import { outlookQuery } from '../../api/mailboxes.ts';
import { wordsOf } from '../../api/problem.ts';
import type { Connection, OutlookStatus, Purpose } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { DateText } from '../../ui/date-text.tsx';
import { Failure, Skeleton } from '../../ui/states.tsx';
import { useConnect } from './connect.ts';
import { LeaveEnded, LeaveOutlook } from './leave.tsx';

const WORDS = {
  read: {
    title: 'Read mail',
    icon: Eye,
    may: 'Keeps a copy of your mailbox here, so that mail can be found and put on work orders.',
    mayNot: 'It cannot change, delete or send anything.',
    loses: (mailbox: string) => `New mail of ${mailbox} no longer arrives here.`,
  },
  write: {
    title: 'Write and send',
    icon: PenLine,
    may: 'Lets Celeste Mail draft and send answers as you, when you press send.',
    mayNot: 'Not used yet: answering from here is still to come, and reading works without it.',
    loses: (mailbox: string) => `Answers can no longer be sent from here as ${mailbox}.`,
  },
} as const;

/** Outlook, connected for reading and for writing: two grants, because they may do different things. */
export function OutlookSection() {
  const status = useQuery(outlookQuery);
  return (
    <section aria-labelledby="outlook-title">
      <h2 id="outlook-title" className="text-lg font-semibold">
        Outlook
      </h2>
      <p className="mt-0.5 text-ink-2">Two permissions, given and taken back one by one.</p>
      {status.isError && (
        <div className="mt-3">
          <Failure
            compact
            {...wordsOf(status.error)}
            onRetry={() => void status.refetch()}
            busy={status.isFetching}
          />
        </div>
      )}
      <div className="mt-3 divide-y divide-line rounded-xl border border-line bg-surface">
        {(['read', 'write'] as const).map((purpose) => (
          <ConnectionRow key={purpose} purpose={purpose} status={status.data} />
        ))}
      </div>
    </section>
  );
}

function ConnectionRow({ purpose, status }: { purpose: Purpose; status: OutlookStatus | undefined }) {
  const connection = status?.[purpose];
  // One at a time, the one that the problem is about.
  const ended = purpose === 'read' ? status?.ended[0] : undefined;
  const { title, icon: Icon, may, mayNot } = WORDS[purpose];
  return (
    <article aria-label={title} className="flex gap-3.5 p-4">
      <Icon size={18} className="mt-0.5 shrink-0 text-ink-3" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
          <div className="min-w-0 flex-1 basis-64">
            <h3 className="font-medium">{title}</h3>
            <p className="text-pretty text-ink-2">
              {may} {mayNot}
            </p>
          </div>
          {connection ? (
            <div className="flex flex-wrap gap-2">
              <ConnectButtons purpose={purpose} connection={connection} />
              {ended && <LeaveEnded key={ended.id} {...ended} />}
            </div>
          ) : (
            <Skeleton className="h-7 w-24" />
          )}
        </div>
        {connection && <ConnectionState connection={connection} />}
      </div>
    </article>
  );
}

type ButtonsProps = { purpose: Purpose; connection: Connection };

function ConnectButtons({ purpose, connection }: ButtonsProps) {
  const connect = useConnect();
  const { title, loses } = WORDS[purpose];
  const { configured, state, mailbox, missing_scopes } = connection;
  if (!configured) return <span className="text-sm text-ink-3">Not set up by the operator</span>;
  const again = state === 'reauth_required' || missing_scopes.length > 0;
  return (
    <>
      {state !== 'connected' || again ? (
        <Button
          look={purpose === 'read' || again ? 'primary' : 'secondary'}
          disabled={connect.isPending}
          onClick={() => connect.mutate({ purpose })}
        >
          {again ? 'Connect again' : purpose === 'read' ? 'Connect Outlook' : 'Allow writing'}
        </Button>
      ) : null}
      {state !== 'not_connected' && (
        <LeaveOutlook purpose={purpose} title={title} loses={loses(mailbox ?? 'this account')} />
      )}
    </>
  );
}

function ConnectionState({ connection }: { connection: Connection }) {
  const { state, mailbox, problem, scopes, missing_scopes, expires_at, connected_at } = connection;
  if (state === 'not_connected' && !problem) return null;
  return (
    <div className="mt-3 space-y-1.5 text-sm">
      {state === 'connected' && (
        <p className="flex flex-wrap items-center gap-x-1.5 text-ink">
          <Check size={14} className="text-ok" aria-hidden="true" />
          <span className="min-w-0 break-words">
            Connected as <span className="font-medium">{mailbox ?? 'an account without an address'}</span>
          </span>
          {connected_at && (
            <span className="text-ink-3">
              <DateText at={connected_at} form="medium" />
            </span>
          )}
        </p>
      )}
      {problem && (
        <p className="flex gap-1.5 text-danger">
          <CircleAlert size={14} className="mt-px shrink-0" aria-hidden="true" />
          <span>
            {problem.message} {problem.advice}
          </span>
        </p>
      )}
      {missing_scopes.length > 0 && (
        <p className="text-warn">
          Microsoft did not grant: {missing_scopes.join(', ')}. Connect again and accept all.
        </p>
      )}
      {scopes.length > 0 && (
        <details className="text-ink-3">
          <summary className="w-fit cursor-pointer rounded hover:text-ink">What was granted</summary>
          <p className="mt-1 break-words text-ink-2">{scopes.join(', ')}</p>
          {expires_at && (
            <p className="mt-0.5">
              The current key is good until <DateText at={expires_at} form="inline" />, then renewed by
              itself.
            </p>
          )}
        </details>
      )}
    </div>
  );
}
