// Works off one queue in this process: so many jobs at once, the slots shared between the yachts. A yacht with much
// to do may use what nobody else wants, but always leaves some for the next one to come; and a job that takes long
// gives its slot back when others wait.

/** A job in hand. `yacht` null: of none in particular. */
export type SlotJob = { id: string; yacht: string | null };

export type SlotsOptions<Job extends SlotJob> = {
  slots: number;
  /** Takes the job that waits longest, but none of these yachts; null when none waits. */
  fetch(leaveOut: string[]): Promise<Job | null>;
  /** Does a job and settles it. Never rejects. */
  run(job: Job, turn: Turn): Promise<void>;
  /** Told when a job could not be fetched; it is tried again at the next look. */
  onError(error: unknown): void;
  /** So long a job keeps its slot while others wait. */
  sliceMs: number;
};

/** What a job knows of the slot it has. */
export type Turn = {
  /** Aborts with `othersWait` when the job took its time and another waits. */
  giveWay: AbortSignal;
  /** Says that there is much left to do: from now on the slot is the next one's as soon as somebody waits. */
  takesLong(): void;
};

/** The turn of a job that nobody waits behind. */
export const UNHURRIED: Turn = { giveWay: new AbortController().signal, takesLong: () => undefined };

export interface Slots {
  /** Looks for jobs now rather than at the next look. */
  wake(): void;
  /** The ids of the jobs in hand. */
  inHand(): string[];
  /** Takes no more jobs; resolves when none is in hand. */
  stop(): Promise<void>;
}

/** Why a job is stopped that took its time: it goes on later. */
export const othersWait = new Error('others wait for this slot');

const LOOK_EVERY_MS = 2_000;

type Running = SlotJob & { sliceEndsAt: number; stopping: AbortController; done: Promise<void> };

export function createSlots<Job extends SlotJob>(options: SlotsOptions<Job>): Slots {
  const { slots, sliceMs } = options;
  const running = new Set<Running>();
  const holding = () => [...running].filter(({ stopping }) => !stopping.signal.aborted);
  const share = Math.ceil(slots / 3);
  const reserve = slots > 1 ? Math.floor(slots / 3) : 0;
  let looking: Promise<void> | null = null;
  let wanted = false;
  let stopped = false;

  const start = (job: Job) => {
    const stopping = new AbortController();
    const entry: Running = { ...job, sliceEndsAt: Date.now() + sliceMs, stopping, done: Promise.resolve() };
    running.add(entry);
    const takesLong = () => {
      entry.sliceEndsAt = Date.now();
      wake();
    };
    entry.done = options.run(job, { giveWay: stopping.signal, takesLong }).finally(() => {
      running.delete(entry);
      wake();
    });
  };
  const fetchFairly = async (limit: number) => {
    const held = holding();
    const fair = await options.fetch(yachtsWith(held, share));
    return fair ?? (held.length < limit ? options.fetch(yachtsWith(held, Math.max(share, limit))) : null);
  };
  const next = async (): Promise<Job | null> => {
    const held = holding();
    if (held.length < slots) return fetchFairly(slots - reserve);
    const longest = held.find(({ sliceEndsAt }) => Date.now() >= sliceEndsAt);
    const job = longest
      ? ((await options.fetch(yachtsWith(held, share))) ?? (await options.fetch([])))
      : null;
    if (job) longest?.stopping.abort(othersWait);
    return job;
  };
  const look = async () => {
    while (wanted && !stopped) {
      wanted = false;
      for (let job = await next(); job; job = stopped ? null : await next()) start(job);
    }
  };
  const wake = () => {
    wanted = true;
    looking ??= look()
      .catch(options.onError)
      .finally(() => {
        looking = null;
        // Woken between the last fetch and here.
        if (wanted && !stopped) wake();
      });
  };
  const timer = setInterval(wake, LOOK_EVERY_MS * (0.9 + Math.random() / 5));
  return {
    wake,
    inHand: () => [...running].map(({ id }) => id),
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await looking;
      await Promise.all([...running].map(({ done }) => done));
    },
  };
}

/** The yachts that have at least so many of the slots. */
function yachtsWith(held: SlotJob[], atLeast: number): string[] {
  const counts = new Map<string, number>();
  for (const { yacht } of held) if (yacht !== null) counts.set(yacht, (counts.get(yacht) ?? 0) + 1);
  return [...counts].filter(([, count]) => count >= atLeast).map(([yacht]) => yacht);
}
