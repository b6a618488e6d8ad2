// Linking is offered in several screens: one dialog, one tray and one set of actions for all of them.
import { createContext, lazy, type ReactNode, Suspense, useContext, useMemo, useState } from 'react';

import type { RecordTarget } from '../api/links.ts';
import type { Thread } from '../api/types.ts';
import { DropTray } from '../features/linking/drop-tray.tsx';
import { type LinkActions, useLinkActions } from '../features/linking/link-actions.tsx';
import type { LinkSubject } from '../features/linking/link-dialog.tsx';
import { rememberTarget } from '../features/linking/recent.ts';
import type { DraggedThread } from '../ui/drag.ts';
import { useShortcuts } from '../ui/keys.tsx';
import { part } from './parts.ts';

const dialogPart = part(() => import('../features/linking/link-dialog.tsx'));
const LinkDialog = lazy(async () => ({ default: (await dialogPart()).LinkDialog }));

type Linking = {
  actions: LinkActions;
  /** Opens the dialog that finds a record for this thread. */
  ask: (thread: Thread) => void;
  /** A thread was dropped on a record. */
  drop: (thread: DraggedThread, target: RecordTarget) => void;
};

const LinkingContext = createContext<Linking | null>(null);

export function useLinking(): Linking {
  const linking = useContext(LinkingContext);
  if (!linking) throw new Error('useLinking outside of LinkingProvider');
  return linking;
}

const subjectOf = (thread: Thread): LinkSubject => ({
  threadId: thread.id,
  emailId:
    thread.messages.findLast((message) => !message.is_draft && !message.removed)?.id ??
    thread.messages.at(-1)?.id ??
    '',
  subject: thread.subject || 'No subject',
  linkedTo: thread.links
    .filter((link) => link.state === 'linked')
    .map((link) => `${link.target_type}:${link.target_id}`),
});

export function LinkingProvider({ children }: { children: ReactNode }) {
  const actions = useLinkActions();
  useShortcuts([
    { keys: 'z', label: 'Undo the last link', group: 'Everywhere', run: () => void actions.undoLast() },
  ]);
  const [subject, setSubject] = useState<LinkSubject | null>(null);
  const linking = useMemo<Linking>(() => {
    const drop = (thread: DraggedThread, target: RecordTarget) => {
      rememberTarget(target);
      void actions.link({ threadId: thread.threadId, emailId: thread.emailId, target });
    };
    return { actions, ask: (thread) => setSubject(subjectOf(thread)), drop };
  }, [actions]);

  return (
    <LinkingContext value={linking}>
      {children}
      <DropTray onDrop={linking.drop} onSearch={setSubject} />
      {subject && (
        <Suspense>
          <LinkDialog
            subject={subject}
            onClose={() => setSubject(null)}
            onChoose={(target) => {
              setSubject(null);
              rememberTarget(target);
              void actions.link({ threadId: subject.threadId, emailId: subject.emailId, target });
            }}
          />
        </Suspense>
      )}
    </LinkingContext>
  );
}
