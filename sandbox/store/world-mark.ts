// A short mark of what the world was when it was built. Delta links of a world that differs are refused: the
// positions in them would mean other messages.
import { createHash } from 'node:crypto';

import type { SandboxStore } from './sandbox-store.ts';

export function worldMark(store: SandboxStore): string {
  const hash = createHash('sha256');
  for (const mailbox of store.mailboxes()) {
    hash.update(`${mailbox.address} ${mailbox.serial}\n`);
    for (const folder of mailbox.folders.values())
      hash.update(`${folder.displayName} ${folder.log.length}\n`);
  }
  return hash.digest('base64url').slice(0, 12);
}
