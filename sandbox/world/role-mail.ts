// The engine department's own mailbox aboard each yacht: nobody's and everybody's. Vendors write to it, and
// the engineers answer from it; it stays when they leave.
import { guidFrom } from '../store/ids.ts';
import { DAY, HOUR } from './clock.ts';
import { type CrewMember, vendorFor, type Yacht } from './fleet.ts';
import type { Cabinet } from './folders.ts';
import { writeEquipmentTalk } from './jobs.ts';
import type { Desk, Mail } from './mail.ts';
import { play } from './play.ts';
import type { Reader } from './post.ts';
import type { Random } from './random.ts';
import { sceneOf } from './scenes.ts';
import { advice, annualCheck } from './scripts/checks.ts';
import { partsOrder, serviceVisit } from './scripts/vendor.ts';

const ENGINEERS = ['chief_engineer', 'eto'];

const CABINET: Cabinet = {
  filing: {
    'vendor:Propulsion': 'inbox/Suppliers/Main engines',
    'vendor:Electrical': 'inbox/Suppliers/Electrical',
    vendor: 'inbox/Suppliers',
    invoice: 'Invoices',
  },
  extra: ['Handover', 'Handover/Last rotation', 'Manuals'],
  hidden: [],
  searches: [],
};

/** The role as the mailbox's owner, for the post. */
export function engineDepartment({ yacht, crew }: Yacht): Reader & { people: string[] } {
  const domain = crew[0]?.email.split('@')[1] ?? 'yacht.test';
  const email = `engineering@${domain}`;
  const name = yacht.name.replace(/^\S+\/\S+ /, '');
  const member = {
    id: guidFrom(`user:${email}`),
    role: 'crew',
    ...{ email, display_name: `${name} Engineering` },
  };
  const people = crew.filter(({ role }) => ENGINEERS.includes(role)).map((one) => one.email);
  return { member, cabinet: CABINET, people };
}

/** Who signs in this mailbox: every letter of the yacht's that begins here comes from the department. */
function asDepartment(yacht: Yacht): Yacht {
  const { email } = engineDepartment(yacht).member;
  const engineer = yacht.crew.find(({ role }) => role === 'chief_engineer');
  const crew = ['chief_engineer', 'captain'].map(
    (role): CrewMember => ({ id: '', role, email, display_name: engineer?.display_name ?? 'Engineer' }),
  );
  return { ...yacht, crew };
}

/** Two years of talk with suppliers, and what is under discussion on open work orders. */
export function writeDepartmentMail(yacht: Yacht, epoch: number, random: Random): Mail[] {
  const desk: Desk = { yacht: asDepartment(yacht), epoch, random, mails: [] };
  writeEquipmentTalk(desk, yacht.crew.length > 2 ? 45 : 25);
  const open = yacht.work_orders.filter(({ status }) =>
    ['open', 'in_progress', 'waiting_parts'].includes(status),
  );
  for (const order of random.sample(open, 12)) {
    const equipment = yacht.equipment.find(({ code }) => code === order.equipment_code);
    const vendor = equipment && vendorFor(yacht, equipment);
    if (!equipment || !vendor) continue;
    const own = { ...desk, random: random.fork(order.wo_number) };
    const start = epoch - own.random.int(2, 40) * DAY - own.random.int(0, 20) * HOUR;
    const scene = sceneOf(own, { equipment, vendor, order, naming: 'subject', start });
    const script = own.random.pick([partsOrder, serviceVisit, advice, annualCheck]);
    play(own, script, { ...scene, most: own.random.int(2, 6) });
  }
  return desk.mails;
}
