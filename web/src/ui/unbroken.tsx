import { Fragment } from 'react';

/** Text cut at its work-order numbers: every second part is one. */
export const unbrokenParts = (text: string): string[] => text.split(/\b(WO-\d+)\b/i);

/** Text whose work-order numbers stay on one line; a browser would break them at the hyphen. */
export function Unbroken({ text }: { text: string }) {
  return unbrokenParts(text).map((part, at) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts have no other name and hold no state
    if (at % 2 === 0) return <Fragment key={at}>{part}</Fragment>;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: as above
      <span key={at} className="whitespace-nowrap">
        {part}
      </span>
    );
  });
}
