// The page comes in parts: what is on screen first, the rest while nothing else is going on, so that a link that
// drops later takes no screen away. A part that does not come is asked for until it does.

type Load<T> = () => Promise<T>;

const RETRY_MS = 3000;
const known: Load<unknown>[] = [];

/** Wraps the import of a part of the page: it never fails, it waits for the link. */
export function part<T>(load: Load<T>): Load<T> {
  const get = () => persistently(load);
  known.push(get);
  return get;
}

/** Fetches every part that is not here yet, one after the other, once the page has nothing better to do. */
export function fetchPartsWhenIdle(): void {
  const idle = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 2000));
  idle(async () => {
    for (const get of known) await get();
  });
}

async function persistently<T>(load: Load<T>): Promise<T> {
  for (;;) {
    try {
      return await load();
    } catch (error) {
      // The service answers and the part does not come: it was updated and its parts have new names, or this
      // browser remembers the failure. https://github.com/whatwg/html/issues/6768
      if (await answers()) return await load().catch(() => startAnew());
      console.warn('a part of the page did not come, trying again', error);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

async function answers(): Promise<boolean> {
  const response = await fetch('/healthz', { cache: 'no-store' }).catch(() => null);
  return response?.ok ?? false;
}

const STARTED_ANEW = 'celeste.started-anew';
const AGAIN_AFTER_MS = 60_000;

/** Reloads the page; not again within a minute, or a broken deployment would reload it for ever. */
function startAnew(): Promise<never> {
  const last = Number(sessionStorage.getItem(STARTED_ANEW) ?? 0);
  if (Date.now() - last < AGAIN_AFTER_MS) {
    throw new Error('A part of this page is missing on the service.');
  }
  sessionStorage.setItem(STARTED_ANEW, String(Date.now()));
  window.location.reload();
  return new Promise(() => undefined);
}
