import { Command, Option } from 'commander';

import { CelesteError, hasCode } from '#base/errors.ts';
import { listYachts } from '#directory/directory.ts';
import type { MailChoice } from '#mailboxes/disconnect.ts';
import {
  listWatchers,
  pauseWatcher,
  requestSync,
  resumeWatcher,
  type WatcherState,
} from '#mailboxes/watchers.ts';
import { asWorker, type TenantWriter } from '#tenants/tenants.ts';

import { uuid } from './arguments.ts';
import { explain } from './fail.ts';
import { print, printTable, shortTime } from './print.ts';
import { type Session, withMigratedFleet } from './session.ts';

type YachtOption = { yacht?: string };
type Verb = (tx: TenantWriter, watcherId: string, now: Date) => Promise<WatcherState>;

const VERBS: [name: string, verb: Verb, description: string, done: string][] = [
  [
    'sync',
    requestSync,
    'sync a mailbox as soon as a worker is free',
    'will be synced by the next free worker',
  ],
  ['pause', pauseWatcher, 'stop syncing a mailbox; its mail stays', 'is paused'],
  ['resume', resumeWatcher, 'go on syncing a paused mailbox', 'goes on'],
];

/** `celeste watcher …` */
export function watcherCommand(): Command {
  const watcher = new Command('watcher').description('the mailboxes and how their sync stands');
  const yacht = ['--yacht <id>', 'on this yacht only'] as const;
  const which = ['<watcher>', 'its id, as celeste watcher list shows it', uuid] as const;
  watcher
    .command('list')
    .description('every mailbox, what it is complete up to, and what is wrong')
    .option(...yacht)
    .action((options: YachtOption) => withMigratedFleet((session) => list(session, options)));
  for (const [name, verb, description, done] of VERBS) {
    watcher
      .command(name)
      .description(description)
      .argument(...which)
      .option(...yacht)
      .action(async (id: string, options: YachtOption) => {
        await withMigratedFleet((session) => apply(session, { id, verb, yachts: options }));
        print(`${id} ${done}.`);
      });
  }
  watcher
    .command('disconnect')
    .description('end a mailbox whose owner no longer can: erase its tokens, stop its sync; its mail stays')
    .argument(...which)
    .option(...yacht)
    .addOption(
      new Option('--mail <choice>', 'purge: only when its owner wants that; what is on a record stays')
        .choices(['keep', 'purge'])
        .default('keep'),
    )
    .action(disconnect);
  return watcher;
}

async function disconnect(
  id: string,
  { mail, ...yachts }: YachtOption & { mail: MailChoice },
): Promise<void> {
  const { withEnding } = await import('./end-mailbox.ts');
  await withMigratedFleet((session) =>
    withEnding(session, (endMailbox) => {
      const end = (yachtId: string) => endMailbox(yachtId, { watcherId: id, by: 'operator', mail });
      return whereItIs(session, { id, yachts, act: end });
    }),
  );
  print(`${id} is disconnected; ${mail === 'keep' ? 'its mail stays' : 'the workers delete its mail'}.`);
}

async function yachtsOf({ fleet }: Session, { yacht }: YachtOption): Promise<string[]> {
  if (yacht !== undefined) return [yacht];
  return (await listYachts(fleet.master, { activeOnly: true })).map(({ yachtId }) => yachtId);
}

async function list(session: Session, options: YachtOption): Promise<void> {
  const rows: string[][] = [];
  const failures: string[] = [];
  for (const yachtId of await yachtsOf(session, options)) {
    try {
      const found = await session.fleet.tenants.read(asWorker(yachtId), (db) => listWatchers(db, new Date()));
      rows.push(...found.map((watcher) => rowOf(yachtId, watcher)));
    } catch (error) {
      failures.push(`${yachtId}: ${explain(error)}`);
    }
  }
  printTable(['WATCHER', 'YACHT', 'MAILBOX', 'STATUS', 'COMPLETE UP TO', 'NEXT SYNC', 'PROBLEM'], rows);
  failures.forEach(print);
  if (failures.length > 0) {
    throw new CelesteError('tenant_unavailable', `${failures.length} of the yachts could not be read.`);
  }
}

function rowOf(yachtId: string, watcher: WatcherState): string[] {
  const times = [watcher.complete_up_to, watcher.next_sync_at].map(shortTime);
  return [watcher.id, yachtId, watcher.mailbox, watcher.status, ...times, watcher.problem?.message ?? ''];
}

function apply(
  session: Session,
  { verb, ...of }: { id: string; verb: Verb; yachts: YachtOption },
): Promise<void> {
  const { tenants } = session.fleet;
  const act = (yachtId: string) => tenants.transact(asWorker(yachtId), (tx) => verb(tx, of.id, new Date()));
  return whereItIs(session, { ...of, act });
}

type Acting = { id: string; yachts: YachtOption; act: (yachtId: string) => Promise<unknown> };

/** Does something to a mailbox on the yacht that has it. @throws CelesteError `watcher_not_found`, or what `act` throws */
async function whereItIs(session: Session, { id, yachts, act }: Acting): Promise<void> {
  // One yacht's database being away must not hide another's mailbox.
  let away: unknown = null;
  for (const yachtId of await yachtsOf(session, yachts)) {
    try {
      await act(yachtId);
      return;
    } catch (error) {
      if (hasCode(error, 'tenant_unavailable')) away ??= error;
      else if (!hasCode(error, 'watcher_not_found')) throw error;
    }
  }
  if (away !== null) throw away;
  throw new CelesteError('watcher_not_found', `There is no watcher ${id}.`, {
    advice: 'See celeste watcher list.',
  });
}
