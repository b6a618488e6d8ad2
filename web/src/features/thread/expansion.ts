import { useRef, useState } from 'react';

import type { Message } from '../../api/types.ts';

export type Expansion = {
  isOpen: (id: string) => boolean;
  toggle: (id: string) => void;
  toggleAll: () => void;
  allOpen: boolean;
};

/** What stands open at first: the newest message and every unread one. */
export function initiallyOpen(messages: Message[]): Set<string> {
  const unread = messages.filter((message) => !message.is_read && !message.is_draft);
  const newest = messages.findLast((message) => !message.is_draft) ?? messages.at(-1);
  return new Set([...unread, ...(newest ? [newest] : [])].map((message) => message.id));
}

/**
 * Which messages of the one conversation this component shows stand open. What a person opened or closed
 * stays so when new mail comes; mail that comes meanwhile stands open.
 */
export function useExpansion(messages: Message[] | undefined): Expansion {
  const [choices, setChoices] = useState<Record<string, boolean>>({});
  const first = useRef<{ open: Set<string>; known: Set<string> } | null>(null);
  if (messages && !first.current) {
    first.current = { open: initiallyOpen(messages), known: new Set(messages.map((message) => message.id)) };
  }
  const isOpen = (id: string) =>
    choices[id] ?? (first.current?.open.has(id) || first.current?.known.has(id) === false);
  const all = messages ?? [];
  const allOpen = all.length > 0 && all.every((message) => isOpen(message.id));
  return {
    isOpen,
    allOpen,
    toggle: (id) => setChoices({ ...choices, [id]: !isOpen(id) }),
    toggleAll: () => setChoices(Object.fromEntries(all.map((message) => [message.id, !allOpen]))),
  };
}
