import { cx } from './cx.ts';

type Props = { label: string; done: number; total: number; className?: string; thin?: boolean };

/** How far something is. Never shows full before it is. */
export function ProgressBar({ label, done, total, className, thin }: Props) {
  const share = total > 0 ? Math.min(done / total, 1) : 0;
  const percent = share === 1 ? 100 : Math.min(99, Math.round(share * 100));
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className={cx('overflow-hidden rounded-full bg-pressed', thin ? 'h-1' : 'h-1.5', className)}
    >
      <div
        className="h-full rounded-full bg-accent transition-[width] duration-300 ease-out"
        style={{ width: `${percent}%` }}
      />
    </div>
  );
}
