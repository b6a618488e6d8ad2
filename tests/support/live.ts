// A page that is open, as far as /api/events is concerned.
import type { SignedIn } from './service.ts';

export type LiveStream = {
  /** The names of the events so far. */
  names(): string[];
  /** Resolves once an event of this name has come. */
  until(name: string): Promise<void>;
  close(): Promise<void>;
};

/** Opens the stream and resolves once the service listens on its behalf. */
export async function listenToEvents(api: SignedIn): Promise<LiveStream> {
  const closing = new AbortController();
  const answer = await api('/api/events', { signal: closing.signal });
  if (!answer.ok || !answer.body) throw new Error(`/api/events: ${answer.status}`);
  const names: string[] = [];
  const waiting: { name: string; resolve: () => void }[] = [];
  const open = Promise.withResolvers<void>();
  const read = async () => {
    const text = answer.body?.pipeThrough(new TextDecoderStream());
    for await (const chunk of text ?? []) {
      open.resolve();
      for (const [, name = ''] of chunk.matchAll(/^event: (.+)$/gm)) names.push(name);
      for (const each of waiting) if (names.includes(each.name)) each.resolve();
    }
  };
  const reading = read().catch((error: unknown) => {
    if (!closing.signal.aborted) throw error;
  });
  await open.promise;
  return {
    names: () => [...names],
    until: (name) =>
      names.includes(name) ? Promise.resolve() : new Promise((resolve) => waiting.push({ name, resolve })),
    close: async () => {
      closing.abort();
      await reading;
    },
  };
}
