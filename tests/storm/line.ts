// The line to Microsoft, watched: something may happen between two requests, and patience may be short so that a
// socket that never answers costs a moment instead of a minute.
import { Agent, type Dispatcher } from 'undici';

type Event = { after: number; happen: () => void };

export type Line = {
  dispatcher: Dispatcher;
  /** From now on, `happen` when so many more requests have been sent. Replaces what was expected before. */
  expect(events: Event[]): void;
  /** Milliseconds to wait for an answer; null for the client's own patience. */
  patience: number | null;
};

export function createLine(): Line {
  let sent = 0;
  let coming: Event[] = [];
  const line: Line = {
    dispatcher: new Agent({ connections: 64 }).compose((dispatch) => (options, handler) => {
      sent += 1;
      const due = coming.filter((event) => event.after <= sent);
      coming = coming.filter((event) => event.after > sent);
      for (const event of due) event.happen();
      const waits =
        line.patience === null ? {} : { headersTimeout: line.patience, bodyTimeout: line.patience };
      return dispatch({ ...options, ...waits }, handler);
    }),
    expect: (events) => {
      sent = 0;
      coming = events;
    },
    patience: null,
  };
  return line;
}
