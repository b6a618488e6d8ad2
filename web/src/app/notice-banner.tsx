import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleAlert, ClockAlert } from 'lucide-react';

import { noticesQuery } from '../api/sync.ts';
import { cx } from '../ui/cx.ts';
import { useNow } from '../ui/date-text.tsx';
import { plural } from '../ui/format.ts';
import { ConnectButton } from './connect-button.tsx';
import { noticeWords, onePerConsent, type Said } from './notice-words.ts';

const LINK =
  'inline-flex h-7 shrink-0 items-center rounded-md border border-line-strong bg-surface px-2.5 text-sm font-medium hover:bg-hover pointer-coarse:h-10';

/** What needs this person, or what they should know, on every screen until it is mended. */
export function NoticeBanner() {
  const notices = useQuery(noticesQuery);
  const own = onePerConsent(notices.data?.filter((notice) => notice.mine) ?? []);
  const others = onePerConsent(notices.data?.filter((notice) => !notice.mine) ?? []);
  return (
    <div className="empty:hidden">
      {own.map((notice) => (
        <Line key={notice.watcher_id + notice.kind} notice={notice} />
      ))}
      {others.length === 1 && others[0] && <Line notice={others[0]} />}
      {others.length > 1 && (
        <Bar
          danger={false}
          title={`${plural(others.length, 'mailbox', 'mailboxes')} aboard need a look.`}
          detail="What was synced so far is here."
        >
          <Link to="/sync" className={LINK}>
            See which
          </Link>
        </Bar>
      )}
    </div>
  );
}

function Line({ notice }: { notice: Said }) {
  const now = useNow();
  const { title, detail, connect } = noticeWords(notice, now);
  return (
    <Bar
      danger={notice.kind === 'consent_lost' || notice.kind === 'write_lost'}
      title={title}
      detail={detail}
    >
      {connect ? (
        <ConnectButton purpose={connect} words={connect === 'read' ? 'Connect again' : 'Allow again'} />
      ) : (
        <Link to="/sync/$id" params={{ id: notice.watcher_id }} className={LINK}>
          See its sync
        </Link>
      )}
    </Bar>
  );
}

type BarProps = { danger: boolean; title: string; detail: string; children: React.ReactNode };

function Bar({ danger, title, detail, children }: BarProps) {
  const Icon = danger ? CircleAlert : ClockAlert;
  return (
    <div
      role="status"
      className={cx(
        'flex items-center gap-3 border-b border-line px-4 py-1.5 text-sm text-ink',
        danger ? 'bg-danger-soft' : 'bg-warn-soft',
      )}
    >
      <Icon size={15} className={cx('shrink-0', danger ? 'text-danger' : 'text-warn')} aria-hidden="true" />
      <p className="min-w-0 flex-1">
        <span className="font-medium">{title}</span> {detail}
      </p>
      {children}
    </div>
  );
}
