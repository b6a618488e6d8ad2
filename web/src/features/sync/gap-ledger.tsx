import { useQuery } from '@tanstack/react-query';
import { Check, CircleDashed } from 'lucide-react';

import { wordsOf } from '../../api/problem.ts';
import { gapsQuery } from '../../api/sync.ts';
import type { Gap } from '../../api/types.ts';
import { useNow } from '../../ui/date-text.tsx';
import { PartTitle } from '../../ui/pane.tsx';
import { Failure, Skeleton } from '../../ui/states.tsx';
import { gapWords } from './words.ts';

type Props = {
  watcherId: string;
  latest: string | null;
  /** It is disconnected: what was known of it may have been deleted with its mail. */
  gone: boolean;
};

/** When mail may have been missed, why, and what was found when it was read after all. */
export function GapLedger({ watcherId, latest, gone }: Props) {
  const gaps = useQuery(gapsQuery(watcherId, latest));
  return (
    <section aria-label="Gaps">
      <PartTitle>Gaps</PartTitle>
      {gaps.isPending && <Skeleton className="h-12" />}
      {gaps.isError && !gaps.data && (
        <Failure
          compact
          {...wordsOf(gaps.error)}
          onRetry={() => void gaps.refetch()}
          busy={gaps.isFetching}
        />
      )}
      {gaps.data?.length === 0 && (
        <p className="text-ink-2">
          {gone ? 'None on record.' : 'None. Nothing was ever in doubt in this mailbox.'}
        </p>
      )}
      <ul>
        {gaps.data?.map((gap) => (
          <GapLine key={gap.id} gap={gap} />
        ))}
      </ul>
    </section>
  );
}

function GapLine({ gap }: { gap: Gap }) {
  const now = useNow();
  const { what, outcome } = gapWords(gap, now);
  const isOpen = gap.repaired_at === null;
  return (
    <li className="flex gap-2.5 border-b border-line py-2 last:border-b-0">
      {isOpen ? (
        <CircleDashed size={15} className="mt-0.5 shrink-0 text-warn" aria-hidden="true" />
      ) : (
        <Check size={15} className="mt-0.5 shrink-0 text-ok" aria-hidden="true" />
      )}
      <p className="min-w-0 flex-1">
        <span className="sr-only">{isOpen ? 'Open: ' : 'Repaired: '}</span>
        {what}. <span className="text-ink-2">{outcome}</span>
      </p>
    </li>
  );
}
