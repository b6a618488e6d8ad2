// The sandbox's demo world: what it promises about its seven people's mailboxes and the two shared ones, and
// that a seed says it all.
import { createHash } from 'node:crypto';

import { PDFDocument } from 'pdf-lib';
import { describe, expect, it } from 'vitest';
import type { SandboxStore } from '../sandbox/store/sandbox-store.ts';
import { createStore } from '../sandbox/store/store.ts';
import type { Folder, Mailbox, StoredMessage } from '../sandbox/store/types.ts';
import { FLEET } from '../sandbox/world/fleet.ts';
import { nextLiveMessage } from '../sandbox/world/live.ts';
import { NEAR_MISSES } from '../sandbox/world/parts.ts';
import { buildWorld } from '../sandbox/world/world.ts';

const EPOCH = new Date('2026-03-10T09:00:00Z');
const DAY = 86_400_000;

function build(seed: number): SandboxStore {
  const store = createStore(() => EPOCH);
  buildWorld(store, { seed, epoch: EPOCH });
  return store;
}

const world = build(1);
const people = (store: SandboxStore) => store.mailboxes().filter(({ shared }) => !shared);
const mailOf = (mailbox: Mailbox): StoredMessage[] => [...mailbox.messages.values()];
const allMail = world.mailboxes().flatMap(mailOf);
const need = (address: string): Mailbox => {
  const mailbox = world.mailbox(address);
  if (!mailbox) throw new Error(`no mailbox ${address}`);
  return mailbox;
};

function bodyText({ body }: StoredMessage): string {
  return typeof body.content === 'function' ? body.content() : body.content;
}

function digest(store: SandboxStore): string {
  const hash = createHash('sha256');
  for (const mailbox of store.mailboxes()) {
    for (const folder of mailbox.folders.values()) hash.update(`${folder.id} ${folder.displayName}\n`);
    for (const message of mailbox.messages.values()) {
      const { id, subject, internetMessageId, conversationId, isRead, receivedAt, attachments } = message;
      const files = attachments.map((one) => `${one.name} ${one.size}`).join();
      hash.update(
        JSON.stringify([id, subject, internetMessageId, conversationId, isRead, receivedAt, files]),
      );
      hash.update(`${message.placement.folder.id}${bodyText(message)}`);
    }
  }
  return hash.digest('hex');
}

describe('the demo world', () => {
  it('is the same from the same seed, and another from another', () => {
    const first = digest(world);
    expect(digest(build(1))).toBe(first);
    expect(digest(build(2))).not.toBe(first);
  });

  it('has 300 to 2,000 mails in each mailbox, from any seed; the chief engineer most, the deckhand fewest', () => {
    for (const store of [world, build(2), build(77)]) {
      const counts = people(store).map(({ address }) => store.counts(address).messages);
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(300);
      expect(Math.max(...counts)).toBeLessThanOrEqual(2000);
      expect(Math.max(...counts)).toBe(store.counts('chief.engineer@corvina.test').messages);
      expect(Math.min(...counts)).toBe(store.counts('deckhand@corvina.test').messages);
    }
  });

  it('has 20 folders and more in each, nested, with hidden ones and a search folder', () => {
    const depth = (folder: Folder): number => (folder.parent ? 1 + depth(folder.parent) : 0);
    for (const mailbox of people(world)) {
      const folders = [...mailbox.folders.values()];
      expect(
        folders.filter((one) => !one.hidden && !one.search).length,
        mailbox.address,
      ).toBeGreaterThanOrEqual(20);
      expect(Math.max(...folders.map(depth))).toBeGreaterThanOrEqual(3);
      expect(folders.some((one) => one.hidden && !one.wellKnownName)).toBe(true);
      expect(folders.filter((one) => one.search)).toHaveLength(1);
    }
    expect(world.folder('purser@corvina.test', 'inbox').displayName).toBe('Boîte de réception');
    expect(
      world.folder('chief.engineer@meltemi-rose.test', 'inbox/Lieferanten').messages.length,
    ).toBeGreaterThan(20);
  });

  it('spans two years up to its present, and nothing is younger', () => {
    for (const mailbox of people(world)) {
      const times = mailOf(mailbox).map((one) => one.receivedAt.getTime());
      expect(Math.max(...times)).toBeLessThanOrEqual(EPOCH.getTime() + 10_000);
      expect(EPOCH.getTime() - Math.max(...times)).toBeLessThan(5 * DAY);
      expect(EPOCH.getTime() - Math.min(...times)).toBeGreaterThan(690 * DAY);
    }
  });

  it("has each engine department's shared mailbox, open to the engineers aboard", () => {
    const shared = world.mailboxes().filter((mailbox) => mailbox.shared);
    expect(shared.map(({ address, access }) => [address, ...access])).toEqual([
      ['engineering@corvina.test', 'chief.engineer@corvina.test', 'eto@corvina.test'],
      ['engineering@meltemi-rose.test', 'chief.engineer@meltemi-rose.test'],
    ]);
    for (const { address } of shared) {
      const mails = mailOf(need(address));
      expect(mails.length).toBeGreaterThan(100);
      expect(mails.filter(({ subject }) => /WO-\d+/.test(subject ?? '')).length).toBeGreaterThan(10);
      expect(mails.every((one) => [one.from, ...one.to, ...one.cc].some((p) => p?.address === address))).toBe(
        true,
      );
      expect(world.folder(address, 'sentitems').messages.length).toBeGreaterThan(20);
      const live = nextLiveMessage(world, address, { now: EPOCH, seed: 3 });
      expect(live.message.to?.map((one) => one.address)).toContain(address);
    }
  });

  it('is mostly read, but not what came lately', () => {
    const received = allMail.filter(
      (one) => !one.isDraft && one.placement.folder.wellKnownName !== 'sentitems',
    );
    const old = received.filter((one) => EPOCH.getTime() - one.receivedAt.getTime() > 30 * DAY);
    const recent = received.filter((one) => EPOCH.getTime() - one.receivedAt.getTime() < 10 * DAY);
    const unread = (list: StoredMessage[]) => list.filter((one) => !one.isRead).length / list.length;
    expect(unread(old)).toBeLessThan(0.15);
    expect(unread(recent)).toBeGreaterThan(0.25);
  });

  it('names only addresses that cannot exist', () => {
    const people = allMail.flatMap((one) =>
      [one.from, one.sender, ...one.to, ...one.cc].filter((p) => p !== null),
    );
    const real = people.filter(({ address }) => !/@[\w.-]+\.(test|example)$/.test(address));
    expect([...new Set(real.map(({ address }) => address))]).toEqual([]);
  });

  it('leaves no gap in a text unfilled', () => {
    const gaps = /\{\w+\}|\[\[|\]\]|\bundefined\b|@(parts|list|findings)\b/;
    const subjects = allMail.filter(({ subject }) => gaps.test(subject ?? ''));
    expect(subjects.map(({ subject }) => subject)).toEqual([]);
    const bodies = allMail.filter(
      (one) =>
        !one.subject?.startsWith('Tab') && gaps.test(bodyText(one).replace(/<style.*?<\/style>/gs, '')),
    );
    expect(bodies.map(bodyText)).toEqual([]);
  });
});

describe('work orders in the mail', () => {
  const named = (text: string): string[] => text.match(/(?<![\w-])WO-\d+(?![\w-])/g) ?? [];
  /** The yard numbers its own jobs in the same way. */
  const foreign = /^WO-[56]\d{3}$/;

  it('are those of the yacht, apart from the yard’s and the near misses', () => {
    for (const yacht of FLEET) {
      const known = new Set(yacht.work_orders.map((one) => one.wo_number));
      const mails = yacht.crew.flatMap((member) => mailOf(need(member.email)));
      const seen = new Set(mails.flatMap((one) => [...named(one.subject ?? ''), ...named(bodyText(one))]));
      const unknown = [...seen].filter((wo) => !known.has(wo) && !foreign.test(wo));
      expect(unknown.filter((wo) => !(NEAR_MISSES as readonly string[]).includes(wo))).toEqual([]);
      expect([...known].filter((wo) => seen.has(wo)).length).toBeGreaterThan(known.size * 0.8);
    }
  });

  it('stand in many subjects, and the near misses are there too', () => {
    const chief = mailOf(need('chief.engineer@corvina.test'));
    expect(chief.filter((one) => named(one.subject ?? '').length > 0).length).toBeGreaterThan(300);
    for (const miss of NEAR_MISSES)
      expect(
        chief.some((one) => bodyText(one).includes(miss)),
        miss,
      ).toBe(true);
  });
});

describe('threads', () => {
  it('refer to the mails they answer and are one conversation in each mailbox', () => {
    for (const mailbox of world.mailboxes()) {
      const byId = new Map(mailOf(mailbox).map((one) => [one.internetMessageId, one]));
      const answers = mailOf(mailbox).filter((one) => one.inReplyTo !== null);
      expect(answers.length).toBeGreaterThan(50);
      for (const answer of answers) {
        const before = byId.get(answer.inReplyTo ?? '');
        if (!before) continue;
        expect(answer.conversationId).toBe(before.conversationId);
        expect(answer.receivedAt.getTime()).toBeGreaterThanOrEqual(before.receivedAt.getTime());
      }
    }
  });

  it('are one to a dozen mails long', () => {
    const lengths = new Map<string, number>();
    for (const { conversationId } of allMail)
      lengths.set(conversationId, (lengths.get(conversationId) ?? 0) + 1);
    const sizes = [...lengths.values()];
    expect(sizes.filter((size) => size === 1).length).toBeGreaterThan(500);
    expect(sizes.filter((size) => size >= 8).length).toBeGreaterThan(20);
  });

  it('quote what they answer', () => {
    const byId = new Map(allMail.map((one) => [one.internetMessageId, one]));
    const answer = allMail.find((one) => one.references.length >= 2 && byId.has(one.inReplyTo ?? ''));
    const before = byId.get(answer?.inReplyTo ?? '');
    expect(before?.from?.name).toBeTruthy();
    expect(bodyText(answer as StoredMessage)).toContain(before?.from?.name);
  });

  it('lie in two or three mailboxes of a yacht, and circulars on both yachts', () => {
    const holders = new Map<string, Set<string>>();
    for (const one of allMail) {
      const set = holders.get(one.internetMessageId) ?? new Set();
      holders.set(one.internetMessageId, set.add(one.mailbox.address));
    }
    const shared = [...holders.values()].filter((set) => set.size >= 2);
    expect(shared.length).toBeGreaterThan(800);
    expect(shared.filter((set) => set.size >= 3).length).toBeGreaterThan(100);
    const yachts = (set: Set<string>) => new Set([...set].map((address) => address.split('@')[1])).size;
    expect(shared.filter((set) => yachts(set) === 2).length).toBeGreaterThanOrEqual(10);
  });
});

describe('what a mailbox may hold', () => {
  const chief = mailOf(need('chief.engineer@corvina.test'));

  it('every script of the ports', () => {
    const scripts = [
      /[а-я]{4}/i,
      /[α-ωά-ώ]{4}/i,
      /[\u3040-\u30ff\u4e00-\u9fff]{2}/,
      /[\u05d0-\u05ea]{3}/,
      /[\u0621-\u064a]{3}/,
      /\p{Emoji_Presentation}/u,
    ];
    for (const script of scripts) {
      expect(
        allMail.some(({ subject }) => script.test(subject ?? '')),
        String(script),
      ).toBe(true);
    }
  });

  it('meetings, bounces, drafts without a sender, empty mails, long subjects', () => {
    expect(chief.some((one) => one.odataType === '#microsoft.graph.eventMessageRequest')).toBe(true);
    expect(chief.some((one) => one.odataType === '#microsoft.graph.eventMessageResponse')).toBe(true);
    expect(chief.some((one) => one.subject?.startsWith('Undeliverable') && one.omit.length > 0)).toBe(true);
    expect(
      chief.some(
        (one) => one.isDraft && one.from === null && one.placement.folder.wellKnownName === 'drafts',
      ),
    ).toBe(true);
    expect(chief.some((one) => one.subject === '' && bodyText(one) === '')).toBe(true);
    expect(chief.some((one) => (one.subject?.length ?? 0) > 255)).toBe(true);
  });

  it('hostile mail in Junk and in the inbox', () => {
    const hostile = chief.filter((one) => /<script|onerror|onload|javascript:|<form/i.test(bodyText(one)));
    const places = new Set(hostile.map((one) => one.placement.folder.wellKnownName));
    expect(places).toEqual(new Set(['junkemail', 'inbox']));
  });

  it('newsletters that would call home', () => {
    const letter = chief.find((one) => one.headers.some(({ name }) => name === 'List-Unsubscribe'));
    expect(bodyText(letter as StoredMessage)).toMatch(
      /<img src="https:\/\/[\w.-]+\.example\/open\/[^>]+width="1"/,
    );
  });

  it('PDFs that open, of the size they say', async () => {
    const pdfs = allMail.flatMap(({ attachments }) =>
      attachments.filter((one) => one.kind === 'file' && one.contentType === 'application/pdf'),
    );
    expect(pdfs.length).toBeGreaterThan(500);
    for (const pdf of pdfs.filter((_, n) => n % 60 === 0)) {
      const bytes = bytesOf(pdf);
      // Outlook counts 158 bytes more than the file has.
      expect(bytes.length).toBe(pdf.size - 158);
      const document = await PDFDocument.load(bytes);
      expect(document.getPageCount()).toBeGreaterThan(0);
      expect(document.getTitle()).toBeTruthy();
    }
  });

  it('pictures, workbooks, mails, links and calendar files', () => {
    const files = allMail.flatMap((one) => one.attachments);
    const named = (end: string) => files.filter((one) => one.name.endsWith(end));
    const magic = (end: string) => Buffer.from(bytesOf(named(end)[0]).subarray(0, 4)).toString('latin1');
    expect(magic('.png')).toBe('\x89PNG');
    expect(magic('.xlsx')).toBe('PK\x03\x04');
    expect(magic('.ics')).toBe('BEGI');
    expect(named('.csv').length).toBeGreaterThan(20);
    expect(files.some((one) => one.kind === 'item')).toBe(true);
    expect(files.some((one) => one.kind === 'reference')).toBe(true);
  });

  it('inline pictures that the text shows', () => {
    const inline = allMail.filter((one) => one.attachments.some((a) => a.kind === 'file' && a.isInline));
    expect(inline.length).toBeGreaterThan(100);
    for (const one of inline.slice(0, 50)) {
      const [picture] = one.attachments.filter((a) => a.kind === 'file' && a.isInline);
      expect(bodyText(one)).toContain(`cid:${(picture as { contentId?: string }).contentId}`);
    }
  });
});

function bytesOf(attachment: StoredMessage['attachments'][number] | undefined): Uint8Array {
  if (attachment?.kind !== 'file') throw new Error('not a file');
  return typeof attachment.content === 'function' ? attachment.content() : attachment.content;
}

describe('live mail', () => {
  it('fits the mailbox: news on an open work order, or an answer in its conversation', () => {
    const store = build(1);
    const address = 'chief.engineer@corvina.test';
    const open = new Set(
      FLEET[0]?.work_orders
        .filter((one) => !['completed', 'cancelled'].includes(one.status))
        .map((one) => one.wo_number),
    );
    const kinds = { answer: 0, news: 0 };
    for (let seed = 0; seed < 40; seed += 1) {
      const { folder, message } = nextLiveMessage(store, address, { now: EPOCH, seed });
      const conversations = new Set(
        mailOf(store.mailbox(address) as Mailbox).map((one) => one.conversationId),
      );
      const stored = store.deliver(address, folder, message);
      expect(stored.isRead).toBe(false);
      expect(stored.from?.address).not.toBe(address);
      if (message.inReplyTo) {
        kinds.answer += 1;
        expect(conversations.has(stored.conversationId)).toBe(true);
      }
      const [wo] = message.subject?.match(/^(?!RE).*?(WO-\d+)/)?.slice(1) ?? [];
      if (wo) {
        kinds.news += 1;
        expect(open.has(wo)).toBe(true);
      }
    }
    expect(kinds.answer).toBeGreaterThan(5);
    expect(kinds.news).toBeGreaterThan(5);
  });

  it('comes to a mailbox of any other address too, and to none that is not there', () => {
    const store = createStore(() => EPOCH);
    store.createMailbox({ address: 'someone@else.test', displayName: 'Some One' });
    const { message } = nextLiveMessage(store, 'someone@else.test', { now: EPOCH, seed: 3 });
    expect(message.to?.[0]?.address).toBe('someone@else.test');
    expect(() => nextLiveMessage(store, 'nobody@else.test', { now: EPOCH, seed: 3 })).toThrow(/no mailbox/);
  });
});
