// The demo world: two years of mail of the seven people aboard the two demo yachts, and of each engine
// department's shared mailbox. Everything in it comes
// from a seed and from demo/*.json, the same whenever and wherever it is built; bodies and files are made
// when somebody asks for them.
import type { Locale } from '../store/new-message.ts';
import type { NewMailbox, SandboxStore } from '../store/sandbox-store.ts';
import { writeAffairs } from './affairs.ts';
import { circulars } from './circulars.ts';
import { FLEET } from './fleet.ts';
import { foldersOf } from './folders.ts';
import { writeHostileMail } from './hostile.ts';
import { writeEquipmentTalk, writeWorkOrders } from './jobs.ts';
import type { Desk, Mail } from './mail.ts';
import { writeNewsletters } from './newsletters.ts';
import { writeOddMail } from './odd.ts';
import { deliverAll, READERS, type Reader } from './post.ts';
import { writePrivateMail } from './private.ts';
import { createRandom } from './random.ts';
import { engineDepartment, writeDepartmentMail } from './role-mail.ts';

export type WorldOptions = {
  seed: number;
  /** The present of this world: no mail is younger. */
  epoch: Date;
};

/** Fills an empty store with the demo mailboxes, their folders and their mail. */
export function buildWorld(store: SandboxStore, { seed, epoch }: WorldOptions): void {
  const random = createRandom(String(seed));
  const now = epoch.getTime();
  for (const reader of READERS) openMailbox(store, reader);
  const mails = FLEET.flatMap((yacht): Mail[] => {
    const desk: Desk = { yacht, epoch: now, random: random.fork(yacht.yacht.id), mails: [] };
    writeWorkOrders(desk);
    writeEquipmentTalk(desk, yacht.crew.length > 2 ? 55 : 40);
    writeAffairs(desk);
    writePrivateMail(desk);
    writeNewsletters(desk);
    writeHostileMail(desk);
    writeOddMail(desk);
    return desk.mails;
  });
  deliverAll(store, [...mails, ...circulars(now, random)], { epoch: now, readers: READERS });
  for (const yacht of FLEET) {
    const department = engineDepartment(yacht);
    openMailbox(store, department, { shared: true, access: department.people });
    const own = random.fork(department.member.email);
    deliverAll(store, writeDepartmentMail(yacht, now, own), { epoch: now, readers: [department] });
  }
}

function openMailbox(
  store: SandboxStore,
  { member, cabinet }: Reader,
  more: Pick<NewMailbox, 'shared' | 'access'> = {},
): void {
  const address = member.email;
  store.createMailbox({
    address,
    displayName: member.display_name,
    userId: member.id,
    locale: (member.locale ?? 'en') as Locale,
    ...more,
  });
  for (const path of foldersOf(cabinet)) {
    const parts = path.split('/');
    const name = parts.pop() ?? path;
    store.createFolder(address, { name, ...(parts.length > 0 ? { parent: parts.join('/') } : {}) });
  }
  for (const name of cabinet.hidden) store.createFolder(address, { name, hidden: true });
  for (const [name, filterQuery] of cabinet.searches) {
    store.createFolder(address, { name, search: { sourceFolders: ['inbox'], filterQuery, nested: true } });
  }
}
