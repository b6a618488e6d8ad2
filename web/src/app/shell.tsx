import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Outlet, useNavigate } from '@tanstack/react-router';
import { ClipboardList, Inbox, Keyboard, LogOut, Moon, RefreshCw, Settings, Sun, Wrench } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';

import { meQuery, signOut } from '../api/session.ts';
import { useActiveShortcuts, useShortcuts } from '../ui/keys.tsx';
import { chooseTheme, useShownTheme } from '../ui/theme.ts';
import { LinkBanner } from './link-banner.tsx';
import { LinkingProvider } from './linking.tsx';
import { useLive } from './live.ts';
import { NoticeBanner } from './notice-banner.tsx';
import { fetchPartsWhenIdle, part } from './parts.ts';
import { Rail } from './rail.tsx';
import { TabBar } from './tab-bar.tsx';

const palettePart = part(() => import('../features/palette/palette.tsx'));
const helpPart = part(() => import('../features/help/keyboard-help.tsx'));
const Palette = lazy(async () => ({ default: (await palettePart()).Palette }));
const KeyboardHelp = lazy(async () => ({ default: (await helpPart()).KeyboardHelp }));

type Overlay = 'palette' | 'help' | null;

/** What stands around every screen: where one can go, how fresh the mail is, and what helps. */
export function Shell() {
  useLive();
  const { data: me } = useSuspenseQuery(meQuery);
  const [overlay, setOverlay] = useState<Overlay>(null);
  useShellKeys(setOverlay);
  useEffect(fetchPartsWhenIdle, []);
  return (
    <LinkingProvider>
      <div className="flex h-full flex-col md:flex-row">
        <Rail me={me} onSearch={() => setOverlay('palette')} onHelp={() => setOverlay('help')} />
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          <LinkBanner />
          <NoticeBanner />
          <main className="relative min-h-0 flex-1">
            <Outlet />
          </main>
        </div>
        <TabBar onSearch={() => setOverlay('palette')} />
      </div>
      <Suspense>
        {overlay === 'palette' && (
          <ShellPalette onClose={() => setOverlay(null)} onHelp={() => setOverlay('help')} />
        )}
        {overlay === 'help' && <Help onClose={() => setOverlay(null)} />}
      </Suspense>
    </LinkingProvider>
  );
}

function useShellKeys(setOverlay: (overlay: Overlay) => void): void {
  const navigate = useNavigate();
  const group = 'Everywhere';
  useShortcuts([
    {
      keys: 'Mod k',
      label: 'Search and commands',
      group,
      whileTyping: true,
      run: () => setOverlay('palette'),
    },
    { keys: 'g i', label: 'To the inbox', group, run: () => void navigate({ to: '/inbox' }) },
    { keys: 'g w', label: 'To the work orders', group, run: () => void navigate({ to: '/work-orders' }) },
    { keys: 'g e', label: 'To the equipment', group, run: () => void navigate({ to: '/equipment' }) },
    { keys: 'g y', label: 'To the sync', group, run: () => void navigate({ to: '/sync' }) },
    { keys: 'g s', label: 'To the settings', group, run: () => void navigate({ to: '/settings' }) },
    { keys: '?', label: 'These keys', group, run: () => setOverlay('help') },
  ]);
}

function Help({ onClose }: { onClose: () => void }) {
  return <KeyboardHelp shortcuts={useActiveShortcuts()} onClose={onClose} />;
}

/** Signs out and forgets everything that was loaded. */
export function useSignOut(): () => Promise<void> {
  const navigate = useNavigate();
  const client = useQueryClient();
  return async () => {
    await signOut();
    client.clear();
    await navigate({ to: '/sign-in' });
  };
}

function ShellPalette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const navigate = useNavigate();
  const leave = useSignOut();
  const dark = useShownTheme() === 'dark';
  const icon = { size: 14, 'aria-hidden': true } as const;
  return (
    <Palette
      onClose={onClose}
      onOpenWorkOrder={(id) => void navigate({ to: '/work-orders/$id', params: { id } })}
      onOpenEquipment={(id) => void navigate({ to: '/equipment/$id', params: { id } })}
      actions={[
        {
          label: 'Inbox',
          keys: 'g i',
          icon: <Inbox {...icon} />,
          run: () => void navigate({ to: '/inbox' }),
        },
        {
          label: 'Unread mail',
          icon: <Inbox {...icon} />,
          run: () => void navigate({ to: '/inbox', search: { filter: 'unread' } }),
        },
        {
          label: 'Work orders',
          keys: 'g w',
          icon: <ClipboardList {...icon} />,
          run: () => void navigate({ to: '/work-orders' }),
        },
        {
          label: 'Equipment',
          keys: 'g e',
          icon: <Wrench {...icon} />,
          run: () => void navigate({ to: '/equipment' }),
        },
        {
          label: 'Sync',
          keys: 'g y',
          words: 'mailbox complete round gap pause',
          icon: <RefreshCw {...icon} />,
          run: () => void navigate({ to: '/sync' }),
        },
        {
          label: 'Settings',
          keys: 'g s',
          words: 'outlook connect mailbox',
          icon: <Settings {...icon} />,
          run: () => void navigate({ to: '/settings' }),
        },
        {
          label: dark ? 'Light theme' : 'Dark theme',
          icon: dark ? <Sun {...icon} /> : <Moon {...icon} />,
          run: () => chooseTheme(dark ? 'light' : 'dark'),
        },
        { label: 'Keys', keys: '?', icon: <Keyboard {...icon} />, run: onHelp },
        { label: 'Sign out', icon: <LogOut {...icon} />, run: () => void leave() },
      ]}
    />
  );
}
