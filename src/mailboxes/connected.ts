// Which of a yacht's mailboxes other yachts have as well (a relief captain's, a superintendent's): requests about those
// are counted in MASTER too. Whoever connects a mailbox announces it there before its first request, and has the
// other yachts' watchers pass the gate in MASTER before passing it; a look now and then mends what a crash, a yacht
// that was away or one that left has left over. A watcher that passes that gate for nothing is only slower.
import type { Kysely } from 'kysely';

import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import { recordCommonThrottle } from '#directory/common-places.ts';
import {
  announceMailbox,
  forgetMailboxNames,
  type KnownMailbox,
  listMailboxNames,
  type MailboxName,
} from '#directory/connected-mailboxes.ts';
import type { MasterSchema } from '#directory/schema.ts';
import { asWorker, type Tenants } from '#tenants/tenants.ts';

import {
  type ConnectedMailbox,
  connectedMailboxes,
  type MailboxIdentity,
  nameHashes,
  passCommonGate,
  setCommonGate,
  type Throttles,
} from './names.ts';
import { lockWatcher } from './watchers.ts';

export type ConnectedDeps = { master: Kysely<MasterSchema>; tenants: Tenants; clock: Clock; log: Log };

export interface Connected {
  /**
   * Says that a yacht has, or is about to have, a mailbox. When another yacht has it too, the watchers that there are
   * pass the gate in MASTER from now on. To be called before the first request about it, and again when its own watcher
   * is committed, which passes it from the start (`passCommonGate`).
   *
   * @returns that gate; null: no other yacht has the mailbox
   */
  announce(yachtId: string, mailbox: MailboxIdentity): Promise<string | null>;
  /** Brings MASTER and this yacht's watchers in step. @throws CelesteError `tenant_unavailable` */
  keep(yachtId: string): Promise<void>;
}

// What was on its way when a mailbox became common was counted by one yacht alone: it has so long to end.
const SETTLE_MS = 2_000;

export function createConnected(deps: ConnectedDeps): Connected {
  return {
    announce: (yachtId, mailbox) => announce(deps, yachtId, nameHashes(mailbox)),
    keep: (yachtId) => keep(deps, yachtId),
  };
}

async function announce(deps: ConnectedDeps, yachtId: string, hashes: string[]): Promise<string | null> {
  const known = await announceMailbox(deps.master, { yachtId, nameHashes: hashes });
  if (known === null || known.yachtIds.length < 2) return null;
  const changed: Throttles[] = [];
  for (const yacht of known.yachtIds) changed.push(...(await passGateOn(deps, yacht, known)));
  if (changed.length > 0) await settle(deps, known.gate, changed);
  return known.gate;
}

async function passGateOn(deps: ConnectedDeps, yachtId: string, known: KnownMailbox): Promise<Throttles[]> {
  try {
    return await deps.tenants.transact(asWorker(yachtId), (tx) => passCommonGate(tx, known));
  } catch (err) {
    // While its database is away it sends nothing, and `keep` comes back to it.
    deps.log.warn(
      { err, yacht_id: yachtId },
      'a mailbox that another yacht has too could not be marked there',
    );
    return [];
  }
}

async function settle({ master, clock }: ConnectedDeps, gate: string, changed: Throttles[]): Promise<void> {
  for (const app of ['read', 'write'] as const) {
    const told = changed.map((throttles) => throttles[app]?.getTime() ?? 0);
    const until = new Date(Math.max(clock.now().getTime() + SETTLE_MS, ...told));
    await recordCommonThrottle(master, { gate, app }, until);
  }
}

async function keep(deps: ConnectedDeps, yachtId: string): Promise<void> {
  // In this order: who passes a gate was announced before it did.
  const aboard = await deps.tenants.read(asWorker(yachtId), connectedMailboxes);
  const known = await listMailboxNames(deps.master, yachtId);
  for (const mailbox of aboard) {
    const isKnown = namesOf(mailbox, known).length === mailbox.nameHashes.length;
    // Those that others have are announced again, for watchers there that do not pass the gate.
    if (!isKnown || isCommon(mailbox, known)) await announce(deps, yachtId, mailbox.nameHashes);
    else if (mailbox.commonGate !== null) await leaveAlone(deps, yachtId, mailbox);
  }
  // The other names of what is aboard stay: an inbox may be announced before it stands on the watcher.
  const here = new Set(aboard.flatMap((mailbox) => namesOf(mailbox, known)).map(({ gate }) => gate));
  const gone = known.filter(({ gate }) => !here.has(gate)).map(({ nameHash }) => nameHash);
  if (gone.length > 0) await forgetMailboxNames(deps.master, { yachtId, nameHashes: gone });
}

const namesOf = ({ nameHashes }: ConnectedMailbox, known: MailboxName[]) =>
  known.filter(({ nameHash }) => nameHashes.includes(nameHash));

const isCommon = (mailbox: ConnectedMailbox, known: MailboxName[]) =>
  namesOf(mailbox, known).some((name) => name.isCommon);

/**
 * Nobody else has the mailbox any more. Who connects it at this moment has announced it already, which is seen here, or
 * waits for the watcher's row and has it pass the gate again.
 */
function leaveAlone({ master, tenants }: ConnectedDeps, yachtId: string, mailbox: ConnectedMailbox) {
  return tenants.transact(asWorker(yachtId), async (tx) => {
    await lockWatcher(tx, mailbox.watcherId);
    if (isCommon(mailbox, await listMailboxNames(master, yachtId))) return;
    await setCommonGate(tx, mailbox.watcherId, null);
  });
}
