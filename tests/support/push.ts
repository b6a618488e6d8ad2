// The whole service with one mailbox connected, and the sandbox notifying it over real HTTP. Nothing happens by
// itself: a story says when notifications arrive and when the workers work.
import type { Kysely } from 'kysely';

import type { Clock } from '#base/clock.ts';
import type { Config } from '#config/config.ts';
import type { TenantSchema } from '#tenants/schema.ts';
import { asWorker } from '#tenants/tenants.ts';

import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { ask } from './aboard.ts';
import { type StoryClock, storyClock } from './mail.ts';
import { fillMailbox, letter } from './mail-story.ts';
import { expectEqualToMailbox } from './oracle.ts';
import { bootService, CORVINA, type SignedIn, type TestService } from './service.ts';
import { signInAtSandbox } from './sign-in.ts';

export const ADDRESS = 'chief.engineer@corvina.test';
const YACHT = 'corvina';

export type PushWorld = Awaited<ReturnType<typeof createPushWorld>>;

type Options = { worker?: boolean; config?: Partial<Config> };

export async function createPushWorld(options: Options = {}) {
  const clock = storyClock();
  const sandbox = await startSandbox({ port: 0, world: 'empty', clock });
  Object.assign(sandbox.settings.notifications.delayMs, { minimum: 0, maximum: 0 });
  sandbox.store.createMailbox({ address: ADDRESS, displayName: 'Chief engineer' });
  fillMailbox(sandbox.store, ADDRESS);
  const service = await bootService({ sandboxUrl: sandbox.url, clock, push: true, ...options });
  const engineer = await service.signIn(CORVINA.chiefEngineer);
  await connect(engineer);
  if (!options.worker) await service.drain();
  return {
    ...{ clock, sandbox, service, engineer, store: sandbox.store },
    ...looking(service, sandbox),
    ...happening({ service, sandbox, clock }),
    connect: () => connect(engineer),
    close: async () => {
      await service.stop();
      await sandbox.close();
    },
  };
}

function looking({ fleet }: TestService, sandbox: Sandbox) {
  const read = <T>(fn: (db: Kysely<TenantSchema>) => Promise<T>) =>
    fleet.tenants.read(asWorker(YACHT), (db) => fn(db as Kysely<TenantSchema>));
  const watcher = () =>
    read((db) =>
      db
        .selectFrom('email_watchers')
        .selectAll()
        .where('user_id', '=', CORVINA.chiefEngineer)
        .executeTakeFirstOrThrow(),
    );
  return {
    read,
    watcher,
    /** The one subscription that Microsoft has for the mailbox. */
    subscription: () => {
      const [only, ...more] = sandbox.notifications.subscriptions();
      if (!only || more.length > 0) throw new Error(`${more.length + (only ? 1 : 0)} subscriptions`);
      return only;
    },
    /** Requests about subscriptions, as 'PATCH 200'. */
    asked: () =>
      sandbox.requests
        .list()
        .filter(({ path }) => path.includes('/subscriptions'))
        .map(
          ({ method, path, status }) =>
            `${method}${path.endsWith('reauthorize') ? ' reauthorize' : ''} ${status}`,
        ),
    /** The rounds that were run since, by what Microsoft was asked. */
    rounds: () => sandbox.requests.list().filter(({ path }) => path.includes('mailFolders/delta')).length,
    inbox: () => [...sandbox.store.folder(ADDRESS, 'inbox').messages],
    expectEqual: async () => {
      const { id } = await watcher();
      await read((db) => expectEqualToMailbox(sandbox.store, ADDRESS, { db, watcherId: id }));
    },
  };
}

type Scene = { service: TestService; sandbox: Sandbox; clock: StoryClock };

function happening({ service, sandbox, clock }: Scene) {
  /** What is notified arrives, longer after the last round than two rounds are apart, and what follows is done. */
  const arrive = async () => {
    clock.forward(3_000);
    await sandbox.notifications.settle();
    await service.drain();
  };
  return {
    deliver: (subject: string) => sandbox.store.deliver(ADDRESS, 'inbox', letter(subject)),
    arrive,
    /** Time passes, and the workers do what it brings. */
    pass: async (milliseconds: number) => {
      clock.forward(milliseconds);
      await arrive();
    },
    /** The yacht's row, as a crash at some moment would have left it. */
    leave: (row: object) =>
      service.fleet.tenants.transact(asWorker(YACHT), (tx) =>
        tx.updateTable('email_watchers').set(row).execute(),
      ),
  };
}

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
/** A moment from the story's now. */
export const from = (clock: Clock, milliseconds: number) => new Date(clock.now().getTime() + milliseconds);

async function connect(api: SignedIn): Promise<void> {
  const { body } = await ask(api, '/auth/outlook/authorize?purpose=read');
  const back = await signInAtSandbox(body.url, ADDRESS);
  const answer = await api(back.pathname + back.search);
  const location = answer.headers.get('location') ?? '';
  if (!location.includes('outlook=connected')) throw new Error(`not connected: ${location}`);
}
