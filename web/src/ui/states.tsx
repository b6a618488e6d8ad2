// What stands where content will come, is not, or could not come.
import { CircleAlert, CloudOff, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';

import { Button } from './button.tsx';
import { cx } from './cx.ts';

export function Skeleton({ className }: { className?: string }) {
  return <span className={cx('skeleton block', className)} />;
}

type EmptyProps = {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** It is the whole page: its title is the page's heading. */
  page?: boolean;
};

/** Nothing here, why, and what to do next. */
export function Empty({ icon, title, children, action, page }: EmptyProps) {
  const Title = page ? 'h1' : 'p';
  return (
    <div className="flex h-full min-h-48 flex-col items-center justify-center px-6 py-10 text-center">
      {icon && <div className="mb-3 text-ink-3">{icon}</div>}
      <Title className="text-base font-medium text-ink">{title}</Title>
      {children && <div className="mt-1 max-w-[46ch] text-base text-pretty text-ink-2">{children}</div>}
      {action && <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

/** In place of what was not loaded before the link went down. */
export function NotHereYet() {
  return (
    <Empty icon={<CloudOff size={22} aria-hidden="true" />} title="Not loaded yet">
      The link is slow or down. It goes on by itself when the link is back.
    </Empty>
  );
}

/** What stands while a query has no data: its skeleton, or the reason why nothing comes (`paused`: no link). */
export function Loading({ paused, children }: { paused: boolean; children: ReactNode }) {
  return paused ? <NotHereYet /> : children;
}

type FailureProps = {
  title: string;
  detail: string;
  advice?: string | null;
  onRetry?: (() => void) | undefined;
  busy?: boolean;
  compact?: boolean;
};

/** What happened, what to do about it, and a way to try again. */
export function Failure({ title, detail, advice, onRetry, busy, compact }: FailureProps) {
  return (
    <div
      role="alert"
      className={cx(
        'flex gap-2.5 rounded-lg bg-danger-soft text-base text-ink',
        compact ? 'px-3 py-2' : 'm-4 p-3',
      )}
    >
      <CircleAlert size={16} className="mt-0.5 shrink-0 text-danger" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{title}</p>
        {detail !== title && <p className="text-ink-2">{detail}</p>}
        {advice && <p className="text-ink-2">{advice}</p>}
      </div>
      {onRetry && (
        <Button onClick={onRetry} disabled={busy} icon={<RotateCw size={14} aria-hidden="true" />}>
          Try again
        </Button>
      )}
    </div>
  );
}
