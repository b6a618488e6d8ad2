import { useShortcuts } from './keys.tsx';

type Words = { group: string; item: string };

/** Walks a list with j and k or the arrows: opens the row after or before the open one, or the first. */
export function useListKeys(
  rows: { id: string }[],
  { selectedId, onOpen }: { selectedId: string | null; onOpen: (id: string) => void },
  { group, item }: Words,
): void {
  const move = (step: number) => {
    const at = rows.findIndex((row) => row.id === selectedId);
    const next = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
    if (next) onOpen(next.id);
  };
  useShortcuts([
    { keys: 'j', also: ['ArrowDown'], label: `Next ${item}`, group, run: () => move(1) },
    { keys: 'k', also: ['ArrowUp'], label: `Previous ${item}`, group, run: () => move(-1) },
  ]);
}
