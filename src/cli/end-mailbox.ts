// `celeste watcher disconnect`: as the service ends a mailbox, so it needs the service's parts. Loaded only when asked for.
import { createService, type Service } from '#app.ts';

import type { Session } from './session.ts';

/** Gives `fn` what ends a mailbox of any yacht: its subscription at Microsoft, its tokens, its sync. */
export async function withEnding<T>(
  session: Session,
  fn: (endMailbox: Service['endMailbox']) => Promise<T>,
): Promise<T> {
  const service = await createService({ ...session, role: 'api', webFolder: null });
  try {
    return await fn(service.endMailbox);
  } finally {
    await service.stop();
  }
}
