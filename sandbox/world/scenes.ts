// The scene of a thread about equipment: who is in it, and the names, numbers and dates they speak of.
import { DAY, dayAndMonth } from './clock.ts';
import {
  crewByRole,
  type Equipment,
  managerPeople,
  type Person,
  type Vendor,
  vendorOfKind,
  vendorPeople,
  vendorsOfKind,
  type WorkOrder,
} from './fleet.ts';
import type { Desk } from './mail.ts';
import { money, type PartLine, partsFor, totalOf } from './parts.ts';
import type { Scene } from './play.ts';
import type { Random } from './random.ts';
import { FINDINGS } from './scripts/around.ts';
import { compose, type Words } from './words.ts';

/** Where its mails name the work order. */
export type Naming = 'subject' | 'text' | 'never';

export type Job = {
  equipment: Equipment;
  vendor: Vendor;
  order: WorkOrder | null;
  naming: Naming;
  start: number;
};

const TECHNICIANS = [
  'Marko Petrić',
  'Sven Aalto',
  'Giulia Ricci',
  'Tobias Kern',
  'Pau Vidal',
  'Yannis Kouros',
  'Erik Dahl',
  'Lucas Morel',
];

const PORTS = [
  'Antibes',
  'Palma',
  'Genoa',
  'Naples',
  'Valletta',
  'Piraeus',
  'Split',
  'Barcelona',
  'Rhodes',
  'Bodrum',
];

const SUBJECTS: Record<Naming, string[]> = {
  subject: [
    '{wo} {title}',
    '{vessel} - {wo} - {equipment}',
    'Request for quotation {wo}: {title}',
    '{vessel} / {model} s/n {serial} / {wo}',
    '{wo}',
    '[{wo}] {equipment}',
    'RFQ {wo} - {partname}',
  ],
  text: [
    '{vessel}: {title}',
    '{equipment}, {model}',
    'Request for quotation - {model} s/n {serial}',
    'Help needed: {equipment}',
  ],
  never: [
    '{vessel} - {model} - spares',
    '{model} s/n {serial}',
    'Enquiry {partname}',
    'Spare parts {vessel}',
    '{equipment}',
  ],
};

const REFERENCES = [
  'Please quote our work order {wo} on all documents.',
  'Our reference: {wo}.',
  'This is {wo} in our system.',
  '({wo})',
  'Work order no. {wo}.',
];

/** Who aboard deals with a system. */
function roleFor(system: string): string {
  if (['Navigation', 'AV and IT'].includes(system)) return 'eto';
  if (['Fire and safety', 'Deck machinery', 'Tenders', 'Sailing systems'].includes(system)) return 'captain';
  return system === 'Hotel' ? 'purser' : 'chief_engineer';
}

function askerOf(desk: Desk, job: Job): Person {
  const named = desk.yacht.crew.find((one) => one.display_name === job.order?.assigned_to);
  const role = named && named.role !== 'crew' ? named.role : roleFor(job.equipment.system);
  // The chief engineer buys for deck and hotel as often as not.
  const asks = ['captain', 'purser'].includes(role) && desk.random.chance(0.5) ? 'chief_engineer' : role;
  return crewByRole(desk.yacht, asks);
}

function castOf(desk: Desk, job: Job): Scene['cast'] {
  const { yacht, random } = desk;
  const asker = askerOf(desk, job);
  const people = vendorPeople(job.vendor);
  const [superintendent, accountant] = managerPeople(yacht);
  const agents = vendorsOfKind(yacht, 'agent').flatMap(vendorPeople);
  const tech = random.pick(TECHNICIANS);
  const domain = job.vendor.domain;
  const others = yacht.crew.filter((one) => one.email !== asker.address && one.role !== 'captain');
  const copied =
    random.chance(0.55) && others.length > 0 ? [crewByRole(yacht, random.pick(others).role)] : [];
  const address = tech
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z ]/g, '')
    .replace(' ', '.');
  return {
    asker: [asker],
    contact: [random.pick(people)],
    copied: copied.length > 0 ? copied : [crewByRole(yacht, 'chief_engineer')],
    captain: [crewByRole(yacht, 'captain')],
    purser: [crewByRole(yacht, 'purser')],
    superintendent: superintendent ? [superintendent] : [],
    accountant: accountant ? [accountant] : [],
    agent: agents.length > 0 ? [random.pick(agents)] : [],
    forwarder: [random.pick(vendorPeople(vendorOfKind(yacht, 'freight')))],
    accounts: [
      {
        name: 'Accounts',
        address: `accounts@${domain}`,
        firm: job.vendor.name,
        title: 'Accounts receivable',
        country: job.vendor.country,
      },
    ],
    tech: [
      {
        name: tech,
        address: `${address}@${domain}`,
        title: 'Service engineer',
        firm: job.vendor.name,
        country: job.vendor.country,
      },
    ],
  };
}

/** Everything a script about this job may ask for. */
export function sceneOf(desk: Desk, job: Job): Scene {
  const { random, yacht } = desk;
  const parts = partsFor(job.equipment, {
    random,
    wanted: job.order ? `${job.order.title} ${job.order.description}` : '',
  });
  const cast = castOf(desk, job);
  const findings = random.sample(FINDINGS, random.int(2, 5));
  const words = wordsOf(desk, job, {
    parts,
    tech: cast.tech?.[0]?.name ?? '',
    agent: cast.agent?.[0]?.firm ?? 'our agent',
  });
  return {
    cast,
    words,
    matter: { yacht, firm: job.vendor.name, equipment: job.equipment, parts, findings },
    topic: `vendor:${job.equipment.system}`,
    start: job.start,
  };
}

type Details = { parts: PartLine[]; tech: string; agent: string };

function wordsOf(desk: Desk, job: Job, details: Details): Words {
  const words = { ...referenceWords(desk, job), ...thingWords(desk, job), ...tradeWords(desk, job, details) };
  const subjects = SUBJECTS[job.order ? job.naming : 'never'];
  return { ...words, subject: compose(desk.random.pick(subjects), words, desk.random) };
}

const someDigits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => random.int(0, 9)).join('');

/** By which number the job goes: the work order's, or an order number when nobody names it. */
function referenceWords({ random }: Desk, { order, naming }: Job): Words {
  const named = naming !== 'never' ? order : null;
  const wo = named ? named.wo_number : `PO ${someDigits(random, 4)}`;
  return {
    wo,
    ref: wo,
    reforder: named && random.chance(0.6) ? wo : `PO ${someDigits(random, 4)}`,
    refline:
      named && random.chance(naming === 'text' ? 1 : 0.5) ? random.pick(REFERENCES).replace('{wo}', wo) : '',
    closeline: named ? `I close ${wo}.` : '',
  };
}

function thingWords({ random, yacht }: Desk, { equipment, order }: Job): Words {
  return {
    vessel: yacht.yacht.name,
    imo: yacht.yacht.imo,
    manager: yacht.yacht.manager.name,
    equipment: equipment.name,
    model: equipment.model ?? equipment.name,
    serial: equipment.serial_number ?? 'see plate',
    location: equipment.location,
    hours: String(random.int(900, 19_000)),
    hours2: String(random.int(20, 900)),
    title: order?.title ?? equipment.name,
    problem: order?.description ?? random.pick(QUESTIONS),
  };
}

function tradeWords({ random }: Desk, job: Job, { parts, tech, agent }: Details): Words {
  const digits = (count: number) => someDigits(random, count);
  const days = (least: number, most: number) => dayAndMonth(job.start + random.int(least, most) * DAY);
  return {
    firm: job.vendor.name,
    port: random.pick(PORTS),
    agent,
    tech,
    partname: parts[0]?.name ?? 'spare part',
    partno: parts[0]?.number ?? '-',
    partno0: digits(8),
    price: money(parts[0]?.price ?? 0),
    total: money(totalOf(parts)),
    lead: random.pick(['3 working days', '1 week', '2 weeks', '3 to 4 weeks', '10 days', '6 weeks']),
    quote: `Q${digits(6)}`,
    order: `OC-${digits(6)}`,
    invoice: random.pick([`RE${digits(7)}`, `INV-${digits(5)}`, `${digits(4)}/${digits(3)}`]),
    report: `SR-${digits(5)}`,
    certificate: `C-${digits(5)}`,
    claim: `WC${digits(5)}`,
    bulletin: `SB-${digits(3)}-${random.pick(['A', 'B', 'C'])}`,
    awb: `${digits(3)}-${digits(4)} ${digits(4)}`,
    weight: String(random.int(2, 140)),
    date1: days(-60, -20),
    date2: days(6, 20),
    date3: days(21, 32),
  };
}

const QUESTIONS = [
  'After the last start it takes longer than before to reach pressure, and there is a ticking noise at the housing.',
  'We plan the spares for the next season and need the recommended list for two years.',
  'The manual on board is for the previous version. Please send the right one with the parts drawings.',
  'The display shows a warning that is not in the manual: "Service due 4711".',
  'Small leak at the flange, no more than a drop a minute, but it was dry last week.',
  'Which oil do you approve instead of the one in the manual? It is not available here.',
  'We want to keep one exchange unit on board before the crossing.',
];
