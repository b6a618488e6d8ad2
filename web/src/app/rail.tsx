import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Keyboard, Search } from 'lucide-react';

import { watchersQuery } from '../api/mailboxes.ts';
import type { Me, Watcher } from '../api/types.ts';
import { Avatar } from '../ui/avatar.tsx';
import { IconButton } from '../ui/button.tsx';
import { cx } from '../ui/cx.ts';
import { useNow } from '../ui/date-text.tsx';
import { roleName } from '../ui/format.ts';
import { Kbd } from '../ui/kbd.tsx';
import { mailboxState, TONE_DOT } from '../ui/mailbox-state.ts';
import { Mark } from '../ui/mark.tsx';
import { PLACES } from './places.ts';

const ITEM =
  'group flex h-8 items-center gap-2.5 rounded-md px-2.5 font-medium text-ink-2 hover:bg-pressed hover:text-ink';
const WIDE_ONLY = 'hidden xl:inline';

type Props = { me: Me; onSearch: () => void; onHelp: () => void };

/** The navigation on a desk: icons alone where the window is narrow. */
export function Rail({ me, onSearch, onHelp }: Props) {
  return (
    <nav
      aria-label="Main"
      className="hidden w-14 shrink-0 flex-col border-r border-line bg-bg p-2 md:flex xl:w-52"
    >
      <div className="flex h-9 items-center gap-2.5 px-1.5">
        <Mark className="size-7 shrink-0" />
        <span className={cx(WIDE_ONLY, 'min-w-0')}>
          <span className="block truncate leading-4 font-semibold">{me.yacht.name}</span>
          <span className="block text-xs text-ink-3">Celeste Mail</span>
        </span>
      </div>
      <button
        type="button"
        onClick={onSearch}
        title="Search and commands (Ctrl K)"
        className="mt-4 mb-2 flex h-8 items-center gap-2.5 rounded-md border border-line-strong bg-surface px-2.5 text-ink-3 hover:text-ink"
      >
        <Search size={15} className="shrink-0" aria-hidden="true" />
        <span className="sr-only flex-1 text-left xl:not-sr-only">Search</span>
        <span className={WIDE_ONLY}>
          <Kbd keys="Mod k" />
        </span>
      </button>
      <ul className="space-y-0.5">
        {PLACES.map(({ to, label, icon: Icon, keys }) => (
          <li key={to}>
            <Link to={to} title={label} className={ITEM} activeProps={{ className: 'bg-pressed text-ink!' }}>
              <Icon size={16} className="shrink-0" aria-hidden="true" />
              <span className="sr-only flex-1 xl:not-sr-only">{label}</span>
              <span className="hidden xl:group-hover:inline">
                <Kbd keys={keys} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
      <div className="mt-auto space-y-1">
        <Freshness />
        <div className="flex flex-col items-center gap-2 border-t border-line pt-2 xl:flex-row">
          <Link
            to="/settings"
            title={me.user.display_name}
            className="flex min-w-0 flex-1 items-center gap-2.5 rounded-md px-1.5 py-1 hover:bg-pressed"
          >
            <Avatar name={me.user.display_name} />
            <span className={cx(WIDE_ONLY, 'min-w-0')}>
              <span className="block truncate leading-4 font-medium">{me.user.display_name}</span>
              <span className="block truncate text-xs text-ink-3">{roleName(me.user.role)}</span>
            </span>
          </Link>
          <IconButton label="Keys" keys="?" onClick={onHelp}>
            <Keyboard size={15} aria-hidden="true" />
          </IconButton>
        </div>
      </div>
    </nav>
  );
}

/** The mailbox one looks at: the chosen one, or else the person's own before the shared ones they read. */
export function useMailboxInView(chosen?: string): Watcher | undefined {
  const mine = useQuery(watchersQuery).data?.filter((watcher) => watcher.mine) ?? [];
  return (
    mine.find((watcher) => watcher.id === chosen) ?? mine.find((watcher) => watcher.kind === 'own') ?? mine[0]
  );
}

/** How far the mailbox one looks at is complete; a click tells more. */
export function Freshness({ compact, mailbox }: { compact?: boolean; mailbox?: string | undefined }) {
  const now = useNow();
  const shown = useMailboxInView(mailbox);
  if (!shown) return null;
  const { tone, text } = mailboxState(shown, now);
  return (
    <Link
      to="/sync/$id"
      params={{ id: shown.id }}
      title={text}
      className={cx(
        'flex items-center gap-2 text-ink-3 hover:text-ink',
        compact
          ? 'h-7 border-b border-line px-4 text-xs'
          : 'min-h-8 rounded-md px-2.5 py-1 text-xs hover:bg-pressed max-xl:justify-center',
      )}
    >
      <span className={cx('size-2 shrink-0 rounded-full', TONE_DOT[tone])} />
      <span
        className={cx('min-w-0', !compact && 'sr-only xl:not-sr-only', tone === 'danger' && 'text-danger')}
      >
        {text}
      </span>
    </Link>
  );
}
