// The rounds of a day, put together by ten minutes: what the chart draws, however many rounds there were.
import type { SyncRound } from '../../api/types.ts';

export type Look = 'synced' | 'trouble' | 'stopped';

export type Bin = {
  from: Date;
  to: Date;
  rounds: number;
  changes: number;
  requests: number;
  /** The worst that happened; null without a round. */
  look: Look | null;
  /** The code of what went wrong last. */
  code: string | null;
  /** When that was. */
  troubled_at: Date | null;
};

const MINUTE_MS = 60_000;
const BIN_MS = 10 * MINUTE_MS;
export const BINS = 144;

const LOOKS: Record<SyncRound['outcome'], Look> = {
  synced: 'synced',
  interrupted: 'synced',
  degraded: 'trouble',
  throttled: 'trouble',
  reauth_required: 'stopped',
};
const WORSE: Look[] = ['synced', 'trouble', 'stopped'];

/** The last 24 hours up to `now`, oldest first, in clean steps of ten minutes. */
export function binRounds(rounds: SyncRound[], now: Date): Bin[] {
  const end = Math.ceil((now.getTime() + 1) / BIN_MS) * BIN_MS;
  const begin = end - BINS * BIN_MS;
  const bins = Array.from({ length: BINS }, (_, at) => emptyBin(begin + at * BIN_MS));
  for (const round of rounds) {
    const bin = bins[Math.floor((new Date(round.ended_at).getTime() - begin) / BIN_MS)];
    if (bin) addRound(bin, round);
  }
  return bins;
}

function emptyBin(from: number): Bin {
  return {
    from: new Date(from),
    to: new Date(from + BIN_MS),
    rounds: 0,
    changes: 0,
    requests: 0,
    look: null,
    code: null,
    troubled_at: null,
  };
}

function addRound(bin: Bin, round: SyncRound): void {
  bin.rounds += 1;
  bin.changes += round.changes;
  bin.requests += round.requests;
  const look = LOOKS[round.outcome];
  if (WORSE.indexOf(look) >= WORSE.indexOf(bin.look ?? 'synced')) bin.look = look;
  if (look === 'synced') return;
  bin.code = round.code;
  bin.troubled_at = new Date(round.ended_at);
}

/** The height of a bar between 0 and 1: by the root, so that a first sync does not flatten the day. */
export function barHeight(changes: number, most: number): number {
  return most === 0 ? 0 : Math.sqrt(changes / most);
}

/** The day by the hour, for whoever reads it: hours without a round are left out. */
export function byHour(bins: Bin[]): Bin[] {
  const hours = new Map<number, Bin>();
  for (const bin of bins.filter((each) => each.rounds > 0)) {
    const from = new Date(bin.from).setMinutes(0, 0, 0);
    const hour = hours.get(from) ?? { ...emptyBin(from), to: new Date(from + 60 * MINUTE_MS) };
    hours.set(from, {
      ...hour,
      rounds: hour.rounds + bin.rounds,
      changes: hour.changes + bin.changes,
      requests: hour.requests + bin.requests,
      look:
        WORSE.indexOf(bin.look ?? 'synced') >= WORSE.indexOf(hour.look ?? 'synced') ? bin.look : hour.look,
      code: bin.code ?? hour.code,
      troubled_at: bin.troubled_at ?? hour.troubled_at,
    });
  }
  return [...hours.values()];
}
