import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { Ellipsis, Search } from 'lucide-react';
import { useId } from 'react';

import { watchersQuery } from '../api/mailboxes.ts';
import type { Watcher } from '../api/types.ts';
import { cx } from '../ui/cx.ts';
import { useNow } from '../ui/date-text.tsx';
import { mailboxState, TONE_DOT } from '../ui/mailbox-state.ts';
import { PLACES } from './places.ts';

// A thumb's reach holds five: what one looks at now and then shares one of them.
const REST: readonly string[] = ['/sync', '/settings'];
const NEAR = PLACES.filter(({ to }) => !REST.includes(to));
const FAR = PLACES.filter(({ to }) => REST.includes(to));

const ITEM = 'relative flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-xs';

/** The navigation on a phone: within the thumb's reach. */
export function TabBar({ onSearch }: { onSearch: () => void }) {
  return (
    <nav
      aria-label="Main"
      className="flex shrink-0 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {NEAR.map(({ to, label, icon: Icon }) => (
        <Link key={to} to={to} className={cx(ITEM, 'text-ink-3')} activeProps={{ className: 'text-accent!' }}>
          <Icon size={19} aria-hidden="true" />
          {label}
        </Link>
      ))}
      <button type="button" onClick={onSearch} className={cx(ITEM, 'text-ink-3')}>
        <Search size={19} aria-hidden="true" />
        Search
      </button>
      <More />
    </nav>
  );
}

const URGENT = ['danger', 'warn'] as const;

/** The most urgent of what the mailboxes this person reads have to say; null when none has. */
function useTrouble(): { tone: (typeof URGENT)[number]; text: string } | null {
  const now = useNow();
  const watchers = useQuery(watchersQuery).data ?? [];
  const states = watchers.filter((watcher: Watcher) => watcher.mine).map((each) => mailboxState(each, now));
  for (const tone of URGENT) {
    const found = states.find((state) => state.tone === tone);
    if (found) return { tone, text: found.text };
  }
  return null;
}

/** The browser's own popover: it closes on a tap beside it and on Escape. */
function More() {
  const id = useId();
  const { pathname } = useLocation();
  const trouble = useTrouble();
  const isHere = REST.some((place) => pathname.startsWith(place));
  return (
    <>
      <button type="button" popoverTarget={id} className={cx(ITEM, isHere ? 'text-accent' : 'text-ink-3')}>
        <Ellipsis size={19} aria-hidden="true" />
        More
        {trouble && (
          <span
            className={cx(
              'absolute top-2 left-[calc(50%+10px)] size-2 rounded-full ring-2 ring-surface',
              TONE_DOT[trouble.tone],
            )}
          >
            <span className="sr-only">{trouble.text}</span>
          </span>
        )}
      </button>
      <ul
        id={id}
        popover="auto"
        className="fixed inset-auto right-2 bottom-[calc(4rem+env(safe-area-inset-bottom))] w-64 rounded-xl border border-line bg-surface p-1.5 text-ink shadow-float"
      >
        {FAR.map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              onClick={(event) => event.currentTarget.closest<HTMLElement>('[popover]')?.hidePopover()}
              className="flex min-h-12 items-center gap-3 rounded-md px-3 py-1.5 hover:bg-hover"
              activeProps={{ className: 'text-accent' }}
            >
              <Icon size={19} className="shrink-0" aria-hidden="true" />
              <span className="min-w-0 flex-1">
                <span className="block font-medium">{label}</span>
                {to === '/sync' && trouble && (
                  <span
                    className={cx('block text-sm', trouble.tone === 'danger' ? 'text-danger' : 'text-ink-2')}
                  >
                    {trouble.text}
                  </span>
                )}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
