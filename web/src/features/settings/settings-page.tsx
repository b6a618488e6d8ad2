import { useQuery } from '@tanstack/react-query';
import { LogOut } from 'lucide-react';

import { instanceQuery, meQuery } from '../../api/session.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { roleName } from '../../ui/format.ts';
import { PaneHeader } from '../../ui/pane.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { chooseTheme, useChosenTheme } from '../../ui/theme.ts';
import { CallbackNotice, type CallbackResult } from './callback-notice.tsx';
import { OutlookSection } from './outlook-section.tsx';
import { SharedSection } from './shared-section.tsx';
import { SyncSection } from './sync-section.tsx';

type Props = { result: CallbackResult; onResultSeen: () => void; onSignOut: () => void };

/** Connecting Outlook, the state of the sync, and how the page looks. */
export function SettingsPage({ result, onResultSeen, onSignOut }: Props) {
  const me = useQuery(meQuery);
  const instance = useQuery(instanceQuery);
  const theme = useChosenTheme();
  return (
    <div className="flex h-full min-h-0 flex-col">
      <PaneHeader className="bg-surface">
        <h1 className="text-lg font-semibold">Settings</h1>
      </PaneHeader>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto max-w-[720px] space-y-8 px-4 py-6 sm:px-6">
          <CallbackNotice result={result} onDone={onResultSeen} />
          <OutlookSection />
          <SharedSection />
          <SyncSection />
          <section aria-labelledby="look-title" className="flex flex-wrap items-center justify-between gap-3">
            <div>
              <h2 id="look-title" className="text-lg font-semibold">
                Appearance
              </h2>
              <p className="text-ink-2">On this device.</p>
            </div>
            <Segmented
              label="Theme"
              value={theme}
              onChange={chooseTheme}
              options={[
                { value: 'system', label: 'System' },
                { value: 'light', label: 'Light' },
                { value: 'dark', label: 'Dark' },
              ]}
            />
          </section>
          {me.data && (
            <section aria-label="You" className="flex items-center gap-3 border-t border-line pt-6">
              <Avatar name={me.data.user.display_name} className="size-9" />
              <div className="min-w-0 flex-1">
                <p className="truncate font-medium">{me.data.user.display_name}</p>
                <p className="truncate text-sm text-ink-3">
                  {roleName(me.data.user.role)}, {me.data.yacht.name}
                </p>
              </div>
              <Button onClick={onSignOut} icon={<LogOut size={14} aria-hidden="true" />}>
                Sign out
              </Button>
            </section>
          )}
          <p className="pb-4 text-sm text-ink-3">
            {instance.data && `${instance.data.name} ${instance.data.version}. `}
            {instance.data?.sandbox_url && (
              <>
                Demo: “Microsoft” is{' '}
                <a
                  href={instance.data.sandbox_url}
                  target="_blank"
                  rel="noreferrer"
                  className="text-accent underline underline-offset-2"
                >
                  our own sandbox
                </a>
                .{' '}
              </>
            )}
            <a
              href="/docs"
              target="_blank"
              rel="noreferrer"
              className="text-accent underline underline-offset-2"
            >
              API
            </a>
          </p>
        </div>
      </div>
    </div>
  );
}
