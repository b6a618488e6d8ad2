import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type PointerEvent, useState } from 'react';

import { wordsOf } from '../../api/problem.ts';
import { roundsQuery } from '../../api/sync.ts';
import { cx } from '../../ui/cx.ts';
import { useNow } from '../../ui/date-text.tsx';
import { clockTime, zoneOf } from '../../ui/dates.ts';
import { plural } from '../../ui/format.ts';
import { PartTitle } from '../../ui/pane.tsx';
import { Failure, Skeleton } from '../../ui/states.tsx';
import { BINS, type Bin, barHeight, binRounds, byHour, type Look } from './bins.ts';
import { faultWords } from './words.ts';

const HEIGHT = 64;
const LEAST = 3;

const FILL: Record<Look, string> = { synced: 'fill-accent', trouble: 'fill-warn', stopped: 'fill-danger' };

/** The last day of a mailbox: a bar for every ten minutes with a round, as high as what it changed. */
export function DayChart({ watcherId, latest }: { watcherId: string; latest: string | null }) {
  const now = useNow();
  const rounds = useQuery(roundsQuery(watcherId, latest));
  return (
    <section aria-label="The last 24 hours">
      <PartTitle aside={<Legend />}>The last 24 hours</PartTitle>
      {rounds.isPending && <Skeleton className="h-24" />}
      {rounds.isError && !rounds.data && (
        <Failure
          compact
          {...wordsOf(rounds.error)}
          onRetry={() => void rounds.refetch()}
          busy={rounds.isFetching}
        />
      )}
      {rounds.data && <Chart bins={binRounds(rounds.data, now)} now={now} />}
    </section>
  );
}

function Legend() {
  const item = (className: string, words: string) => (
    <span className="inline-flex items-center gap-1.5">
      <span className={cx('h-2.5 w-1.5 rounded-[1px]', className)} />
      {words}
    </span>
  );
  return (
    <span className="flex gap-3 text-xs text-ink-3" aria-hidden="true">
      {item('bg-accent', 'changes')}
      {item('bg-line-strong', 'nothing new')}
      {item('bg-warn', 'trouble')}
    </span>
  );
}

function Chart({ bins, now }: { bins: Bin[]; now: Date }) {
  const [at, setAt] = useState<number | null>(null);
  const summary = summaryOf(bins);
  const most = Math.max(...bins.map((bin) => bin.changes));
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    setAt(Math.min(BINS - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * BINS))));
  };
  const step = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    setAt(nextBusy(bins, at ?? BINS, by));
  };
  return (
    <figure>
      <div className="relative">
        <svg
          role="img"
          aria-label={summary}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: its bars are read one by one with the arrow keys
          tabIndex={0}
          viewBox={`0 0 ${BINS * 5} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="block h-20 w-full touch-pan-y rounded-sm border-b border-line"
          onPointerMove={point}
          onPointerDown={point}
          onPointerLeave={() => setAt(null)}
          onKeyDown={step}
          onBlur={() => setAt(null)}
        >
          {at !== null && <rect x={at * 5} y={0} width={5} height={HEIGHT} className="fill-pressed" />}
          {bins.map((bin, index) => (
            <Bar key={bin.from.getTime()} bin={bin} x={index * 5 + 1} most={most} />
          ))}
        </svg>
        {at !== null && <Tooltip bin={bins[at]} at={at} />}
      </div>
      <TimeAxis now={now} />
      <figcaption className="mt-1 text-sm text-ink-2">{summary}</figcaption>
      <HoursTable bins={bins} />
    </figure>
  );
}

/** The next bar with a round, for the arrow keys. */
function nextBusy(bins: Bin[], from: number, by: number): number {
  for (let at = from + by; at >= 0 && at < bins.length; at += by) if (bins[at]?.rounds) return at;
  return Math.min(from, bins.length - 1);
}

function Bar({ bin, x, most }: { bin: Bin; x: number; most: number }) {
  if (bin.look === null) return null;
  const isQuiet = bin.changes === 0 && bin.look === 'synced';
  const full = Math.max(LEAST, barHeight(bin.changes, most) * (HEIGHT - 4));
  const height = bin.look === 'synced' ? full : Math.max(full, 14);
  return (
    <rect
      x={x}
      y={HEIGHT - height}
      width={3}
      height={height}
      className={isQuiet ? 'fill-line-strong' : FILL[bin.look]}
    />
  );
}

function Tooltip({ bin, at }: { bin: Bin | undefined; at: number }) {
  if (!bin) return null;
  const share = (at + 0.5) / BINS;
  return (
    <p
      role="status"
      className="pointer-events-none absolute bottom-full z-10 mb-1 rounded-md border border-line bg-surface px-2 py-1 text-sm whitespace-nowrap shadow-float"
      style={share < 0.5 ? { left: `${share * 100}%` } : { right: `${(1 - share) * 100}%` }}
    >
      <span className="font-medium tabular-nums">
        {clockTime(bin.from)} to {clockTime(bin.to)}
      </span>{' '}
      {binWords(bin)}
    </p>
  );
}

function binWords(bin: Bin): string {
  if (bin.rounds === 0) return 'no round';
  const changed = bin.changes === 0 ? 'nothing new' : plural(bin.changes, 'change');
  const fault = bin.look === 'synced' ? '' : `, ${faultWords(bin.code)}`;
  return `${plural(bin.rounds, 'round')}, ${changed}${fault}`;
}

function TimeAxis({ now }: { now: Date }) {
  const hours = [24, 18, 12, 6, 0].map((ago) => new Date(now.getTime() - ago * 3_600_000));
  return (
    <div className="flex justify-between pt-1 text-xs text-ink-3 tabular-nums" aria-hidden="true">
      {hours.map((at, index) => (
        <span key={at.getTime()}>
          {clockTime(at)}
          {index === hours.length - 1 && ` ${zoneOf(at)}`}
        </span>
      ))}
    </div>
  );
}

function summaryOf(bins: Bin[]): string {
  const sum = (pick: (bin: Bin) => number) => bins.reduce((total, bin) => total + pick(bin), 0);
  const rounds = sum((bin) => bin.rounds);
  if (rounds === 0) return 'No round in the last 24 hours.';
  const troubled = bins.filter((bin) => bin.look !== null && bin.look !== 'synced');
  const last = troubled.at(-1);
  const text = `${plural(rounds, 'round')} with ${plural(
    sum((bin) => bin.changes),
    'change',
  )} and ${plural(
    sum((bin) => bin.requests),
    'request',
  )} to Microsoft.`;
  return last
    ? `${text} The last trouble was at ${clockTime(last.troubled_at ?? last.from)}: ${faultWords(last.code)}.`
    : `${text} All went well.`;
}

/** The same as words and figures. */
function HoursTable({ bins }: { bins: Bin[] }) {
  const hours = byHour(bins);
  if (hours.length === 0) return null;
  return (
    <details className="mt-1 text-sm">
      <summary className="w-fit cursor-pointer rounded text-ink-3 hover:text-ink">By the hour</summary>
      <table className="mt-1 w-full max-w-md text-left tabular-nums">
        <thead className="text-ink-3">
          <tr>
            {['From', 'Rounds', 'Changes', 'Requests', 'Trouble'].map((name) => (
              <th key={name} scope="col" className="py-0.5 pr-4 font-normal">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {hours.map((hour) => (
            <tr key={hour.from.getTime()} className="border-t border-line">
              <th scope="row" className="py-0.5 pr-4 font-normal">
                {clockTime(hour.from)}
              </th>
              <td className="pr-4">{hour.rounds}</td>
              <td className="pr-4">{hour.changes}</td>
              <td className="pr-4">{hour.requests}</td>
              <td>{hour.look === 'synced' ? 'None' : faultWords(hour.code)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
