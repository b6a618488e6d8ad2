// The records this person linked to last, on this device: where the next mail probably belongs as well.
import type { RecordTarget } from '../../api/links.ts';

const KEY = 'celeste.recent-targets';
const KEPT = 4;

export function recentTargets(): RecordTarget[] {
  const stored: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
  return Array.isArray(stored) ? (stored as RecordTarget[]) : [];
}

export function rememberTarget(target: RecordTarget): void {
  const others = recentTargets().filter((known) => known.target_id !== target.target_id);
  sessionStorage.setItem(KEY, JSON.stringify([target, ...others].slice(0, KEPT)));
}
