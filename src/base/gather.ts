/**
 * Does for many at once what is asked for one by one: one call of `work` at a time, and whatever is asked for while
 * it runs goes together into the next. Nothing waits while nothing runs.
 *
 * @returns resolves when the items are done; rejects with what the call that had them among its items threw
 */
export function gather<Item>(work: (items: Item[]) => Promise<void>): (items: Item[]) => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: { items: Item[]; done: Promise<void> } | null = null;
  const start = async () => {
    await running.catch(() => undefined);
    const items = next?.items ?? [];
    next = null;
    running = work(items);
    await running;
  };
  return (items) => {
    if (next) next.items.push(...items);
    else {
      next = { items: [...items], done: Promise.resolve() };
      next.done = start();
    }
    return next.done;
  };
}
