// Light, dark, or what the device says. The first paint is public/theme.js; this changes it afterwards.
import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'celeste.theme';
const watchers = new Set<() => void>();
const device = typeof matchMedia === 'undefined' ? null : matchMedia('(prefers-color-scheme: dark)');

export function chosenTheme(): Theme {
  const stored = localStorage.getItem(KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

const shownTheme = (): 'light' | 'dark' =>
  document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';

function apply(): void {
  const chosen = chosenTheme();
  const dark = chosen === 'dark' || (chosen === 'system' && device?.matches === true);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  for (const watcher of watchers) watcher();
}

device?.addEventListener('change', apply);

export function chooseTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  apply();
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** What was chosen. */
export const useChosenTheme = () => useSyncExternalStore(subscribe, chosenTheme);
/** What is shown. */
export const useShownTheme = () => useSyncExternalStore(subscribe, shownTheme);
