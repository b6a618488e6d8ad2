// Equipment as a chief engineer thinks of it: by system, and within a system as a tree.
import type { Equipment } from '../../api/types.ts';

export type Line = { item: Equipment; depth: number };
export type SystemGroup = { system: string; lines: Line[] };

/** Groups items by system, parents before their children; an item whose parent is not among them stands at the top. */
export function bySystem(items: Equipment[]): SystemGroup[] {
  const present = new Set(items.map((item) => item.id));
  const children = Map.groupBy(items, (item) =>
    item.parent_id && present.has(item.parent_id) ? item.parent_id : '',
  );
  const walk = (item: Equipment, depth: number): Line[] => [
    { item, depth },
    ...(children.get(item.id) ?? []).toSorted(byCode).flatMap((child) => walk(child, depth + 1)),
  ];
  const roots = Map.groupBy(children.get('') ?? [], (item) => item.system ?? 'Other');
  return [...roots]
    .map(([system, tops]) => ({ system, lines: tops.toSorted(byCode).flatMap((top) => walk(top, 0)) }))
    .sort((a, b) => a.system.localeCompare(b.system));
}

const byCode = (a: Equipment, b: Equipment) => a.code.localeCompare(b.code, 'en', { numeric: true });
