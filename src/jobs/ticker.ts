/** Says something at most once per interval, however often it is touched, and never forgets the last touch. */
export interface Ticker {
  touch(): void;
  /** Says what is still unsaid, now, and waits until it is said. */
  flush(): Promise<void>;
  /** Told when `say` failed; the next touch says it again. */
  onError(handler: (error: unknown) => void): void;
}

/** `everyMs` milliseconds lie between two calls of `say`, but for a `flush`. */
export function createTicker(everyMs: number, say: () => Promise<void>): Ticker {
  let timer: NodeJS.Timeout | null = null;
  let saidAt = Number.NEGATIVE_INFINITY;
  let saying = Promise.resolve();
  let report: (error: unknown) => void = () => undefined;
  const speak = () => {
    timer = null;
    saidAt = performance.now();
    saying = saying.then(say).catch((error) => report(error));
  };
  return {
    touch() {
      timer ??= setTimeout(speak, Math.max(0, saidAt + everyMs - performance.now()));
    },
    async flush() {
      if (timer) clearTimeout(timer);
      if (timer) speak();
      await saying;
    },
    onError(handler) {
      report = handler;
    },
  };
}
