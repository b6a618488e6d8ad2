/**
 * Lets through so many at a time, in the order they came. One that needs several places waits until all of them
 * are free, and those behind it wait with it, so that it is never passed over for ever.
 */
export interface Turnstile {
  /** Resolves to what gives the places back; harmless twice. @throws the signal's reason */
  enter(places: number, signal?: AbortSignal): Promise<() => void>;
  /** Nobody is in, nobody waits. */
  isIdle(): boolean;
}

type Waiting = { places: number; admit: () => void };

export function createTurnstile(capacity: number): Turnstile {
  let taken = 0;
  const queue: Waiting[] = [];
  const admitNext = () => {
    for (let first = queue[0]; first && taken + first.places <= capacity; first = queue[0]) {
      queue.shift();
      taken += first.places;
      first.admit();
    }
  };
  const placesBack = (places: number) => {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      taken -= places;
      admitNext();
    };
  };
  return {
    enter: (places, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const giveUp = () => {
          queue.splice(queue.indexOf(waiting), 1);
          reject(signal?.reason);
          admitNext();
        };
        const admit = () => {
          signal?.removeEventListener('abort', giveUp);
          resolve(placesBack(places));
        };
        const waiting: Waiting = { places, admit };
        signal?.addEventListener('abort', giveUp);
        queue.push(waiting);
        admitNext();
      }),
    isIdle: () => taken === 0 && queue.length === 0,
  };
}
