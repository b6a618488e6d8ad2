// Everything a person or Microsoft does to a mailbox, as data: which deed, on whose mailbox, and two numbers that
// choose among what is there. A deed with nothing to act on does nothing, so any part of a script is a script.
import fc from 'fast-check';

import type { NewMessage } from '../../sandbox/store/new-message.ts';
import type { SandboxStore } from '../../sandbox/store/sandbox-store.ts';
import { StoreError } from '../../sandbox/store/store-error.ts';
import type { StoredMessage } from '../../sandbox/store/types.ts';
import { flagOf, newMessageId, odd, type Postman, subject } from './letters.ts';
import { drafts, folders, messages, ownFolders, pick } from './places.ts';

export type Mailroom = { store: SandboxStore; address: string; others: string[]; mail: Postman };
type Doing = Mailroom & { n: number; to: number };

const DEEDS = {
  deliver: ({ store, address, mail, n }) => deliver(store, address, mail(subject(n))),
  deliverOdd: ({ store, address, mail, n }) => deliver(store, address, odd(mail, n)),
  deliverSome: ({ store, address, mail, n }) => {
    for (let i = 0; i <= n % 12; i += 1)
      deliver(store, address, mail(subject(n + i), { isRead: i % 2 === 0 }));
  },
  /** One mail into everybody's inbox, or an answer that only some receive. */
  circulate: ({ store, address, others, mail, n }) => {
    const letter = mail(subject(n), {
      internetMessageId: newMessageId(mail),
    });
    for (const each of [address, ...others]) deliver(store, each, letter);
  },
  answer: ({ store, address, others, mail, n, to }) => {
    const first = pick(messages(store, address), n);
    if (!first) return;
    const ids = { inReplyTo: first.internetMessageId, references: [first.internetMessageId] };
    const letter = mail(`RE: ${first.subject}`, {
      ...ids,
      internetMessageId: newMessageId(mail),
    });
    for (const each of [address, ...others.slice(0, to % (others.length + 1))]) deliver(store, each, letter);
  },
  /** An answer to two conversations that were two on this yacht until now. */
  join: ({ store, address, others, mail, n, to }) => {
    const everybody = [address, ...others];
    const first = everybody.flatMap((each) => pick(messages(store, each), n + to) ?? []);
    const references = first.map((message) => message.internetMessageId);
    const letter = mail(`RE: ${subject(n)}`, { references, internetMessageId: newMessageId(mail) });
    for (const each of everybody) deliver(store, each, letter);
  },
  read: (doing) => change(doing, ({ isRead }) => ({ isRead: !isRead })),
  readSome: ({ n, ...doing }) => {
    for (let i = 0; i < 5; i += 1) change({ ...doing, n: n + i }, () => ({ isRead: n % 2 === 0 }));
  },
  flag: (doing) => change(doing, () => ({ flag: flagOf(doing.to) })),
  categorise: (doing) =>
    change(doing, () => ({ categories: [['Deck'], [], ['Engine', 'Urgent']][doing.to % 3] ?? [] })),
  rate: (doing) =>
    change(doing, ({ importance }) => ({ importance: importance === 'high' ? 'low' : 'high' })),
  focus: (doing) =>
    change(doing, (m) => ({
      inferenceClassification: m.inferenceClassification === 'other' ? 'focused' : 'other',
    })),
  draft: ({ store, address, mail, n }) => {
    const omit: NewMessage['omit'] = ['from', 'sender'];
    store.deliver(
      address,
      'drafts',
      mail(`Draft ${subject(n)}`, { isDraft: true, isRead: true, from: null, omit }),
    );
  },
  editDraft: ({ store, address, n, to }) => {
    const draft = pick(drafts(store, address), n);
    if (!draft) return;
    const person = { name: 'Agent', address: `agent${to % 4}@port.test` };
    store.updateMessage(address, draft.id, {
      ...[{ subject: `Draft ${to}` }, { to: [person], cc: [person] }, { bcc: [person], replyTo: [person] }][
        to % 3
      ],
      body: { contentType: to % 2 ? 'html' : 'text', content: `<p>Version ${to}</p>` },
    });
  },
  attach: ({ store, address, n }) => {
    const draft = pick(drafts(store, address), n);
    const content = new TextEncoder().encode('1,2,3');
    if (draft)
      store.addAttachment(address, draft.id, {
        kind: 'file',
        name: 'list.csv',
        contentType: 'text/csv',
        content,
      });
  },
  toOutbox: ({ store, address, n }) => {
    const draft = pick(drafts(store, address), n);
    if (draft) store.moveMessage(address, draft.id, 'outbox');
  },
  send: ({ store, address, n }) => {
    const draft = pick(drafts(store, address), n);
    if (draft) store.sendMessage(address, draft.id);
  },
  move: ({ store, address, n, to }) => {
    const message = pick(messages(store, address), n);
    const target = pick(folders(store, address), to);
    if (message && target) store.moveMessage(address, message.id, target.id);
  },
  thereAndBack: ({ store, address, n, to }) => {
    const message = pick(messages(store, address), n);
    const target = pick(folders(store, address), to);
    if (!message || !target) return;
    const home = message.placement.folder.id;
    store.moveMessage(address, message.id, target.id);
    store.moveMessage(address, message.id, home);
  },
  bulkMove: ({ store, address, n, to }) => {
    const source = pick(folders(store, address), n);
    const target = pick(folders(store, address), to);
    for (const message of [...(source?.messages ?? [])].slice(0, 30))
      store.moveMessage(address, message.id, target?.id ?? '');
  },
  copy: ({ store, address, n, to }) => {
    const message = pick(messages(store, address), n);
    const target = pick(folders(store, address), to);
    if (message && target) store.copyMessage(address, message.id, target.id);
  },
  delete: ({ store, address, n }) => {
    const message = pick(messages(store, address), n);
    if (message) store.deleteMessage(address, message.id);
  },
  purge: ({ store, address, n }) => {
    const message = pick(messages(store, address), n);
    if (message) store.deleteMessage(address, message.id, { permanent: true });
  },
  restore: ({ store, address, n }) => {
    const gone = ['deleteditems', 'recoverableitemsdeletions'].flatMap(
      (name) => store.folder(address, name).messages,
    );
    const message = pick(gone, n);
    if (message) store.restoreMessage(address, message.id);
  },
  makeFolder: ({ store, address, n, to }) => {
    const parent = pick([undefined, ...folders(store, address).map((folder) => folder.id)], to);
    store.createFolder(address, { name: subject(n), hidden: n % 7 === 3, ...(parent ? { parent } : {}) });
  },
  renameFolder: ({ store, address, n, to }) => {
    const folder = pick(ownFolders(store, address), n);
    if (folder) store.renameFolder(address, folder.id, `${subject(to)} ${to % 3}`);
  },
  moveFolder: ({ store, address, n, to }) => {
    const folder = pick(ownFolders(store, address), n);
    const parent = pick([store.folder(address, 'msgfolderroot'), ...folders(store, address)], to);
    if (folder && parent) store.moveFolder(address, folder.id, parent.id);
  },
  deleteFolder: ({ store, address, n }) => {
    const folder = pick(ownFolders(store, address), n);
    if (folder) store.deleteFolder(address, folder.id);
  },
  purgeFolder: ({ store, address, n }) => {
    const folder = pick(ownFolders(store, address), n);
    if (folder) store.deleteFolder(address, folder.id, { permanent: true });
  },
  /** Another folder of the same name in the same place, and some of the mail put back into it. */
  remakeFolder: ({ store, address, mail, n, to }) => {
    const folder = pick(ownFolders(store, address), n);
    if (!folder?.parent) return;
    const { displayName: name, parent } = folder;
    store.deleteFolder(address, folder.id, { permanent: to % 2 === 0 });
    const again = store.createFolder(address, { name, parent: parent.id });
    store.deliver(address, again.id, mail(`Into the new ${name}`));
  },
  /** A message over which Microsoft itself stumbles, until it is mended. */
  poison: ({ store, address, n, to }) => {
    const message = pick(messages(store, address), n);
    const kinds = ['id', 'id', 'page', 'always', 'body', null] as const;
    if (message) store.poisonMessage(address, message.id, kinds[to % kinds.length] ?? null);
  },
  killCursors: ({ store, address, n, to }) => {
    const folder = to % 3 === 0 ? undefined : pick(folders(store, address), n)?.id;
    store.expireDelta(address, folder);
  },
} satisfies Record<string, (doing: Doing) => unknown>;

export type DeedName = keyof typeof DEEDS;
export type Deed = { do: DeedName; n: number; to: number };

// What happens every day comes more often.
const OFTEN: DeedName[] = ['deliver', 'move', 'read', 'delete', 'restore', 'answer', 'circulate'];

export const deed: fc.Arbitrary<Deed> = fc.record({
  do: fc.constantFrom(...(Object.keys(DEEDS) as DeedName[]), ...OFTEN, ...OFTEN),
  n: fc.nat(99),
  to: fc.nat(19),
});

/** Does it, or nothing when Outlook would refuse it. */
export function perform(room: Mailroom, { do: name, n, to }: Deed): void {
  try {
    DEEDS[name]({ ...room, n, to });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}

function deliver(store: SandboxStore, address: string, letter: NewMessage): void {
  store.deliver(address, 'inbox', letter);
}

function change(
  { store, address, n }: Doing,
  patch: (message: StoredMessage) => Parameters<SandboxStore['updateMessage']>[2],
): void {
  const message = pick(messages(store, address), n);
  if (message) store.updateMessage(address, message.id, patch(message));
}
