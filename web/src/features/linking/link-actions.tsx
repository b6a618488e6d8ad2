// What a person does with links, and what the page says about it.
import { useCallback, useRef } from 'react';
import { toast } from 'sonner';

import { type LinkChange, type LinkRequest, useChangeLink, useLinkThread } from '../../api/links.ts';
import { ApiProblem, wordsOf } from '../../api/problem.ts';
import type { LinkChip } from '../../api/types.ts';
import { Kbd } from '../../ui/kbd.tsx';

function sayFailure(what: string, error: unknown): void {
  const words = wordsOf(error);
  const offline = error instanceof ApiProblem && error.code === 'offline';
  const description = offline
    ? 'The link is down. Nothing was changed; try again when it is back.'
    : words.detail;
  toast.error(what, { description: [description, offline ? '' : words.advice].filter(Boolean).join(' ') });
}

const UNDO = (
  <>
    Undo <Kbd keys="z" className="ml-1" />
  </>
);

/** Linking, unlinking, deciding and undoing, each with its toast. `undoLast` takes back what was done last. */
export function useLinkActions() {
  const { mutateAsync: make } = useLinkThread();
  const { mutateAsync: change } = useChangeLink();
  const last = useRef<(() => void) | null>(null);

  const undo = useCallback(
    async (threadId: string, link: LinkChip) => {
      last.current = null;
      try {
        await change({ threadId, linkId: link.id, change: { kind: 'undo' } });
        toast(`Undone: ${link.label}`);
      } catch (error) {
        sayFailure(`${link.label} could not be undone`, error);
      }
    },
    [change],
  );

  /** The way back from a change that was just made, offered in its toast and under a key. */
  const wayBack = useCallback(
    (threadId: string, link: LinkChip) => {
      const onClick = () => void undo(threadId, link);
      last.current = onClick;
      return { label: UNDO, onClick };
    },
    [undo],
  );

  const link = useCallback(
    async (wanted: LinkRequest) => {
      const { label, title } = wanted.target;
      try {
        const made = await make(wanted);
        if (made.already) return toast(`Already linked to ${label}`);
        toast.success(`Linked to ${label}`, {
          description: title,
          action: wayBack(wanted.threadId, made.link),
        });
      } catch (error) {
        sayFailure(`Not linked to ${label}`, error);
      }
    },
    [make, wayBack],
  );

  const apply = useCallback(
    async (
      threadId: string,
      target: LinkChip,
      wanted: LinkChange,
      words: { done: string; failed: string },
    ) => {
      try {
        await change({ threadId, linkId: target.id, change: wanted });
        toast.success(words.done, {
          description: target.title,
          action: wayBack(threadId, target),
        });
      } catch (error) {
        sayFailure(words.failed, error);
      }
    },
    [change, wayBack],
  );

  return {
    undoLast: () => (last.current ? last.current() : toast('Nothing to undo')),
    link,
    unlink: (threadId: string, target: LinkChip) =>
      apply(
        threadId,
        target,
        { kind: 'unlink' },
        {
          done: `Taken off ${target.label}`,
          failed: `Still on ${target.label}`,
        },
      ),
    confirm: (threadId: string, target: LinkChip) =>
      apply(
        threadId,
        target,
        { kind: 'decide', state: 'linked' },
        {
          done: `Linked to ${target.label}`,
          failed: `Not linked to ${target.label}`,
        },
      ),
    reject: (threadId: string, target: LinkChip) =>
      apply(
        threadId,
        target,
        { kind: 'decide', state: 'rejected' },
        {
          done: `${target.label} will not be suggested again`,
          failed: `${target.label} is still suggested`,
        },
      ),
  };
}

export type LinkActions = ReturnType<typeof useLinkActions>;
