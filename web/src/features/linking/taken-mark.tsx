import { Check } from 'lucide-react';
import type { ReactNode } from 'react';

/** At the end of a record's row: that the conversation is on it already, or else what stands there. */
export function TakenMark({ taken, children }: { taken: boolean; children: ReactNode }) {
  if (!taken) return <span className="shrink-0 text-sm">{children}</span>;
  return (
    <span className="inline-flex shrink-0 items-center gap-1 text-sm text-ok">
      <Check size={13} aria-hidden="true" /> Linked
    </span>
  );
}
