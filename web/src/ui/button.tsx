import type { ComponentProps, ReactNode } from 'react';

import { cx } from './cx.ts';
import { Kbd } from './kbd.tsx';

type Look = 'primary' | 'secondary' | 'ghost' | 'danger';

const LOOKS: Record<Look, string> = {
  primary: 'bg-accent text-accent-ink hover:bg-accent-hover',
  secondary: 'border border-line-strong bg-surface text-ink hover:bg-hover',
  ghost: 'text-ink-2 hover:bg-pressed hover:text-ink',
  danger: 'border border-line-strong bg-surface text-danger hover:border-danger hover:bg-danger-soft',
};

export type ButtonProps = ComponentProps<'button'> & {
  look?: Look;
  size?: 'sm' | 'md';
  icon?: ReactNode;
  /** The key that does the same, shown on the button. */
  keys?: string;
};

/** A button with its words, an icon before them, and its key after them. */
export function Button({
  look = 'secondary',
  size = 'sm',
  icon,
  keys,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={cx(
        'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors',
        'disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:cursor-not-allowed aria-disabled:opacity-55 pointer-coarse:min-h-10',
        size === 'sm' ? 'h-7 px-2.5 text-sm' : 'h-8 px-3 text-base',
        LOOKS[look],
        className,
      )}
    >
      {icon}
      {children}
      {keys && <Kbd keys={keys} className="-mr-0.5 ml-0.5" />}
    </button>
  );
}

type IconButtonProps = ComponentProps<'button'> & { label: string; keys?: string };

/** A square button with an icon; its name and key come as a title and for screen readers. */
export function IconButton({ label, keys, className, children, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={keys ? `${label} (${keys})` : label}
      {...rest}
      className={cx(
        'inline-flex size-7 shrink-0 items-center justify-center rounded-md text-ink-2 transition-colors hover:bg-pressed hover:text-ink',
        'disabled:cursor-not-allowed disabled:opacity-40 pointer-coarse:size-10',
        className,
      )}
    >
      {children}
    </button>
  );
}
