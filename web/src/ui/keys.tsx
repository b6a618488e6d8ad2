// Every action has a key. Components say which keys they answer to while they are on screen; one listener
// finds the action; the help dialog lists what is active right now.
import { useEffect, useRef, useSyncExternalStore } from 'react';

export type Shortcut = {
  /** One key ("j", "Enter", "?"), a sequence ("g i"), or with the command key ("Mod k"). */
  keys: string;
  label: string;
  group: string;
  run: () => void;
  /** Other keys that do the same; not listed in the help on their own. */
  also?: string[];
  /** Answers also while typing in a field. */
  whileTyping?: boolean;
};

type Layer = { current: Shortcut[] };

const layers = new Set<Layer>();
const watchers = new Set<() => void>();
let snapshot: Shortcut[] = [];
let pending = '';
let pendingTimer: ReturnType<typeof setTimeout> | undefined;

function changed(): void {
  snapshot = [...layers].flatMap((layer) => layer.current);
  for (const watcher of watchers) watcher();
}

// Not `instanceof`: what stands in a frame is of another realm, with an HTMLElement of its own.
const elementOf = (target: EventTarget | null): HTMLElement | null =>
  target && 'tagName' in target ? (target as HTMLElement) : null;

function isTyping(target: EventTarget | null): boolean {
  const element = elementOf(target);
  return element !== null && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));
}

/** True when Enter or Space would press what has the focus: that press is not ours. */
function isPressable(target: EventTarget | null): boolean {
  const pressable = elementOf(target)?.closest('button, a, [role="menuitem"], summary');
  return pressable !== null && pressable !== undefined;
}

const dialogIsOpen = () => document.querySelector('[role="dialog"], [role="alertdialog"]') !== null;

function find(pressed: string, typing: boolean): Shortcut | undefined {
  const active = [...layers].reverse().flatMap((layer) => layer.current);
  return active.find(
    (shortcut) =>
      (!typing || shortcut.whileTyping) && (shortcut.keys === pressed || shortcut.also?.includes(pressed)),
  );
}

const beginsSequence = (key: string) =>
  [...layers].some((layer) => layer.current.some((shortcut) => shortcut.keys.startsWith(`${key} `)));

/** Finds the action for a key pressed in this document; for the `keydown` of a frame's document as well. */
export function hearKeys(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const command = event.metaKey || event.ctrlKey;
  const typing = isTyping(event.target);
  if (dialogIsOpen() && !command) return;
  if ((event.key === 'Enter' || event.key === ' ') && isPressable(event.target)) return;

  const key = command ? `Mod ${event.key.toLowerCase()}` : event.key;
  const shortcut = (pending && find(`${pending} ${key}`, typing)) || find(key, typing);
  pending = '';
  clearTimeout(pendingTimer);
  if (shortcut) {
    event.preventDefault();
    shortcut.run();
  } else if (!typing && !command && beginsSequence(key)) {
    pending = key;
    pendingTimer = setTimeout(() => {
      pending = '';
    }, 1000);
  }
}

if (typeof document !== 'undefined') document.addEventListener('keydown', hearKeys);

/** Answers to these keys while the calling component is mounted; the latest mounted wins. */
export function useShortcuts(shortcuts: Shortcut[]): void {
  const layer = useRef<Shortcut[]>(shortcuts);
  const signature = shortcuts.map(({ keys, label }) => `${keys}:${label}`).join('|');
  layer.current = shortcuts;
  useEffect(() => {
    layers.add(layer);
    return () => {
      layers.delete(layer);
      changed();
    };
  }, []);
  // The help lists words and keys, so it hears of a change in those and not of every render.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for the list
  useEffect(changed, [signature]);
}

/** What answers right now, for the help dialog. */
export function useActiveShortcuts(): Shortcut[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => snapshot,
  );
}
