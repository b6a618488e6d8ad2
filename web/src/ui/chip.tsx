import { Link2, Sparkle, Wrench } from 'lucide-react';

import { cx } from './cx.ts';

type ChipLink = {
  target_type: 'work_order' | 'equipment';
  label: string;
  title: string;
  state: 'suggested' | 'linked' | 'rejected' | 'removed';
};

/** The record a conversation belongs to: "WO-1042". Dashed while it is only a suggestion. */
export function RecordChip({ link, withTitle }: { link: ChipLink; withTitle?: boolean }) {
  const suggested = link.state === 'suggested';
  const Icon = suggested ? Sparkle : link.target_type === 'equipment' ? Wrench : Link2;
  return (
    <span
      title={`${suggested ? 'Suggested: ' : ''}${link.label} ${link.title}`}
      className={cx(
        'inline-flex h-[18px] max-w-full min-w-0 items-center gap-1 rounded-[5px] px-1.5 text-xs font-medium',
        suggested
          ? 'border border-dashed border-line-strong text-ink-2'
          : 'bg-accent-soft text-accent in-aria-[current=true]:bg-surface',
      )}
    >
      <Icon size={11} className="shrink-0" aria-hidden="true" />
      <span className="whitespace-nowrap">{link.label}</span>
      {withTitle && <span className="truncate font-normal">{link.title}</span>}
    </span>
  );
}
