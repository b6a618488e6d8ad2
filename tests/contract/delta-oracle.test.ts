// A naive but careful client follows delta links while a mailbox changes at random: when things are quiet, what
// it believes is what is there. It holds for both id forms, with all oddities that a client can see through.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Sandbox } from '../../sandbox/server.ts';
import type { Folder, StoredMessage } from '../../sandbox/store/types.ts';
import type { Graph, Row } from './support.ts';
import { graphOf, isTombstone, mail, openSandbox, signIn } from './support.ts';

const FOLDERS = ['inbox', 'archive', 'drafts'];
const steps = ['deliver', 'move', 'read', 'flag', 'delete', 'purge', 'page', 'page', 'page'] as const;
const script = fc.array(fc.tuple(fc.constantFrom(...steps), fc.nat(1000), fc.nat(2)), {
  minLength: 10,
  maxLength: 70,
});

let sandbox: Sandbox;
let mailboxes = 0;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

type Known = { folder: string; isRead: unknown; flag: unknown };

/** What the client believes of one mailbox, and where its rounds stand. */
class Follower {
  readonly known = new Map<string, Known>();
  readonly #links = new Map<string, string>();
  readonly #graph: Graph;
  readonly #prefer: string;

  constructor(graph: Graph, prefer: string) {
    this.#graph = graph;
    this.#prefer = `${prefer}odata.maxpagesize=3`;
  }

  /** @returns whether the round is over, and whether anything was news */
  async page(folder: string): Promise<{ done: boolean; news: boolean }> {
    const before = JSON.stringify([...this.known]);
    const start = `/me/mailFolders/${folder}/messages/delta?$select=isRead,flag,parentFolderId`;
    const { status, body, text } = await this.#graph(this.#links.get(folder) ?? start, {
      prefer: this.#prefer,
    });
    if (status !== 200) throw new Error(text);
    for (const row of body.value) this.#apply(folder, row);
    this.#links.set(folder, body['@odata.deltaLink'] ?? body['@odata.nextLink'] ?? '');
    return { done: body['@odata.deltaLink'] !== undefined, news: JSON.stringify([...this.known]) !== before };
  }

  /** A tombstone takes a message only out of the folder it is in; a sparse row is a merge. */
  #apply(folder: string, row: Row): void {
    const before = this.known.get(row.id);
    if (isTombstone(row)) {
      if (before?.folder === folder) this.known.delete(row.id);
      return;
    }
    const flag = (row.flag as { flagStatus: string } | undefined)?.flagStatus ?? before?.flag;
    this.known.set(row.id, { folder, isRead: row.isRead, flag });
  }

  /** Until two sweeps over all folders in a row show nothing new. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 2; ) {
      let news = false;
      for (const folder of FOLDERS) {
        for (let done = false; !done; ) {
          const page = await this.page(folder);
          ({ done } = page);
          news ||= page.news;
        }
      }
      quiet = news ? 0 : quiet + 1;
    }
  }
}

function perform(address: string, kind: (typeof steps)[number], n: number, target: string): void {
  const { store } = sandbox;
  if (kind === 'deliver') {
    store.deliver(
      address,
      target,
      mail(`Mail ${n}`, { receivedAt: new Date(Date.UTC(2026, 0, 1 + (n % 50))) }),
    );
    return;
  }
  const all = FOLDERS.flatMap((name) => store.folder(address, name).messages);
  const message = all[n % Math.max(1, all.length)];
  if (!message) return;
  if (kind === 'move') store.moveMessage(address, message.id, target);
  if (kind === 'read') store.updateMessage(address, message.id, { isRead: !message.isRead });
  if (kind === 'flag') store.updateMessage(address, message.id, { flag: n % 2 ? 'flagged' : 'complete' });
  if (kind === 'delete') store.deleteMessage(address, message.id);
  if (kind === 'purge') store.deleteMessage(address, message.id, { permanent: true });
}

function truth(folders: Folder[], idOf: (message: StoredMessage) => string): Map<string, Known> {
  const rows = folders.flatMap((folder) =>
    folder.messages.map((message): [string, Known] => [
      idOf(message),
      { folder: folder.wellKnownName ?? '', isRead: message.isRead, flag: message.flag.flagStatus },
    ]),
  );
  return new Map(rows);
}

const sorted = (map: Map<string, Known>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

describe.each([
  ['immutable ids', 'IdType="ImmutableId", ', (message: StoredMessage) => message.id],
  ['default ids', '', (message: StoredMessage) => message.placement.defaultId],
])('%s', (_, prefer, idOf) => {
  it.each([
    ['on an ordinary day', {}],
    [
      'with oddities',
      { shuffle: true, duplicates: true, emptyPages: true, unknownTombstones: true, replays: true },
    ],
  ])('a client that follows delta knows the mailbox, %s', async (_day, quirks) => {
    Object.assign(
      sandbox.settings.quirks,
      { shuffle: false, duplicates: false, emptyPages: false, unknownTombstones: false, replays: false },
      quirks,
    );
    sandbox.settings.generations = 4;
    await fc.assert(
      fc.asyncProperty(script, async (actions) => {
        mailboxes += 1;
        const address = `m${mailboxes}@kestrel.test`;
        sandbox.store.createMailbox({ address, displayName: `Mailbox ${mailboxes}` });
        const token = (await signIn(sandbox, { address })).access_token;
        const follower = new Follower(graphOf(sandbox, token), prefer);
        for (const [kind, n, where] of actions) {
          const folder = FOLDERS[where] ?? 'inbox';
          if (kind === 'page') await follower.page(folder);
          else perform(address, kind, n, folder);
        }
        await follower.settle();
        const folders = FOLDERS.map((name) => sandbox.store.folder(address, name));
        expect(sorted(follower.known)).toEqual(sorted(truth(folders, idOf)));
      }),
      { numRuns: 25 },
    );
  });
});
