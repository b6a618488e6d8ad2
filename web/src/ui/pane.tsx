import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';

import { IconButton } from './button.tsx';
import { cx } from './cx.ts';

/** The bar on top of every pane: all of one height, so that they line up. */
export function PaneHeader({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <header className={cx('flex h-12 shrink-0 items-center gap-2 border-b border-line px-4', className)}>
      {children}
    </header>
  );
}

/** On a phone, where one pane is shown at a time: the way back to the pane before. */
export function BackButton({
  label,
  onClick,
  className,
}: {
  label: string;
  onClick: () => void;
  className?: string;
}) {
  return (
    <IconButton label={label} keys="u" onClick={onClick} className={cx('-ml-2', className)}>
      <ArrowLeft size={17} aria-hidden="true" />
    </IconButton>
  );
}

/** A name and its value, in a column of such. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-h-6 items-baseline gap-3 py-0.5">
      <dt className="w-24 shrink-0 text-ink-3">{name}</dt>
      <dd className="min-w-0 flex-1 break-words text-ink">{children}</dd>
    </div>
  );
}

/** The small heading of a part of a pane. */
export function PartTitle({ children, aside }: { children: ReactNode; aside?: ReactNode }) {
  return (
    <div className="flex h-8 items-center justify-between gap-2">
      <h2 className="text-sm font-semibold text-ink-2">{children}</h2>
      {aside}
    </div>
  );
}
