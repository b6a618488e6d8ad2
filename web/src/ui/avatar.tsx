import { cx } from './cx.ts';
import { initials } from './format.ts';

/** A person's initials; decoration beside the name itself. */
export function Avatar({ name, className }: { name: string; className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={cx(
        'inline-flex size-7 shrink-0 items-center justify-center rounded-full bg-pressed text-xs font-semibold text-ink-2 select-none',
        className,
      )}
    >
      {initials(name)}
    </span>
  );
}
