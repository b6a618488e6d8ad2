import { cx } from './cx.ts';

const mac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** "Mod" as this device calls it. */
export const keyName = (key: string) => (key === 'Mod' ? (mac ? '⌘' : 'Ctrl') : key);

/** The keys of an action, space-separated: "g i", "Mod k". Hidden where there is no keyboard. */
export function Kbd({ keys, className }: { keys: string; className?: string }) {
  return (
    <span
      className={cx('hidden items-center gap-0.5 pointer-fine:inline-flex', className)}
      aria-hidden="true"
    >
      {keys.split(' ').map((key) => (
        <kbd
          key={key}
          className="inline-flex h-4 min-w-4 items-center justify-center rounded-[4px] border border-line-strong px-1 font-sans text-[10px] leading-none text-ink-3"
        >
          {keyName(key).length === 1 ? keyName(key).toUpperCase() : keyName(key)}
        </kbd>
      ))}
    </span>
  );
}
