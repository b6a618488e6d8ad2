import { cx } from './cx.ts';

type Props<V extends string> = {
  label: string;
  value: V;
  options: { value: V; label: string; title?: string }[];
  onChange: (value: V) => void;
};

/** A few choices side by side, one of them taken. */
export function Segmented<V extends string>({ label, value, options, onChange }: Props<V>) {
  return (
    <fieldset className="inline-flex rounded-md bg-pressed p-0.5">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          title={option.title}
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className={cx(
            'h-6 rounded-[5px] px-2.5 text-sm font-medium transition-colors pointer-coarse:h-8',
            option.value === value ? 'bg-surface text-ink shadow-sm' : 'text-ink-2 hover:text-ink',
          )}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
