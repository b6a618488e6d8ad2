import type { ReactNode } from 'react';

import { cx } from '../ui/cx.ts';

type Props = { list: ReactNode; open: boolean; children: ReactNode };

/** A list and what was chosen from it: side by side on a desk, one at a time on a phone. */
export function Split({ list, open, children }: Props) {
  return (
    <div className="relative flex h-full min-h-0">
      <div
        className={cx(
          'h-full w-full shrink-0 border-line bg-surface md:w-[340px] md:border-r xl:w-[400px]',
          open && 'max-md:invisible max-md:absolute max-md:inset-0',
        )}
      >
        {list}
      </div>
      <div className={cx('min-w-0 flex-1 bg-bg', !open && 'max-md:hidden')}>{children}</div>
    </div>
  );
}
