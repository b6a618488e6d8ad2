import { useSyncExternalStore } from 'react';

import { cx } from './cx.ts';
import { fullDate, mediumDate, shortDate } from './dates.ts';

let now = new Date();
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  if (timer === undefined) now = new Date();
  timer ??= setInterval(() => {
    now = new Date();
    for (const each of watchers) each();
  }, 30_000);
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time, moving every half minute, so that "14:05" becomes "Yesterday" at midnight by itself. */
export function useNow(): Date {
  return useSyncExternalStore(subscribe, () => now);
}

const FORMS = {
  short: shortDate,
  medium: mediumDate,
  /** In the middle of a sentence. */
  inline: (at: Date, now: Date) => mediumDate(at, now).replace(/^[TY]/, (letter) => letter.toLowerCase()),
};

type Props = { at: string | null; form?: keyof typeof FORMS; className?: string };

/** A moment: short on the page, whole with its zone for the pointer and for screen readers. */
export function DateText({ at, form = 'short', className }: Props) {
  const moment = useNow();
  if (!at) return null;
  const date = new Date(at);
  const full = fullDate(date);
  const words = FORMS[form](date, moment);
  return (
    <time dateTime={at} title={full} className={cx(words.includes(':') && 'tabular-nums', className)}>
      <span aria-hidden="true">{words}</span>
      <span className="sr-only">{full}</span>
    </time>
  );
}
