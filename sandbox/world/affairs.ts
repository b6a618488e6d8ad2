// The rest of a yacht's business: which scripts are played how often, and by whom.
import { DAY, dayAndMonth, longDate, weekday } from './clock.ts';
import {
  crewByRole,
  crewPerson,
  managerPeople,
  type Person,
  servedEquipment,
  vendorFor,
  vendorPeople,
  type Yacht,
} from './fleet.ts';
import type { Desk } from './mail.ts';
import { play, type Scene, type Script } from './play.ts';
import { sceneOf } from './scenes.ts';
import * as aboard from './scripts/aboard.ts';
import * as ashore from './scripts/ashore.ts';
import * as harbour from './scripts/harbour.ts';
import * as tongues from './scripts/tongues.ts';

type Affair = {
  script: Script;
  topic: string;
  /** How often in two years on the larger yacht. */
  times: number;
  cast: (yacht: Yacht) => Scene['cast'];
  /** Days before the end between which it happens; default two years. */
  days?: [number, number];
  weekends?: boolean;
};

const people = (yacht: Yacht, matches: (vendor: Yacht['vendors'][number]) => boolean): Person[] =>
  yacht.vendors.filter(matches).flatMap(vendorPeople);

const ofKind = (kind: string) => (yacht: Yacht) => people(yacht, (vendor) => vendor.kind === kind);
const inCountry = (country: string) => (yacht: Yacht) =>
  people(yacht, (vendor) => vendor.country === country);
const writing = (letters: RegExp) => (yacht: Yacht) =>
  yacht.vendors.flatMap(vendorPeople).filter((one) => letters.test(one.name));

const everybody = (yacht: Yacht): Person[] => yacht.crew.map((member) => crewPerson(yacht, member));

/** The parts that people aboard and the managers ashore play in all of them. */
function household(yacht: Yacht): Scene['cast'] {
  return {
    captain: [crewByRole(yacht, 'captain')],
    chief: [crewByRole(yacht, 'chief_engineer')],
    eto: [crewByRole(yacht, 'eto')],
    purser: [crewByRole(yacht, 'purser')],
    superintendent: managerPeople(yacht).slice(0, 1),
    crew: everybody(yacht),
    one: everybody(yacht).slice(1),
    other: everybody(yacht),
    head: everybody(yacht).slice(0, 2),
  };
}

const abroad = (part: string, find: (yacht: Yacht) => Person[]) => (yacht: Yacht) => ({
  [part]: find(yacht),
});

const AFFAIRS: Affair[] = [
  { script: ashore.classSurvey, topic: 'class', times: 26, cast: abroad('class', ofKind('class')) },
  { script: ashore.flagState, topic: 'flag', times: 22, cast: abroad('flag', ofKind('flag')) },
  {
    script: ashore.yardPeriod,
    topic: 'refit',
    times: 34,
    days: [420, 330],
    cast: abroad('yard', ofKind('yard')),
  },
  {
    script: ashore.yardPeriod,
    topic: 'refit',
    times: 5,
    days: [40, 2],
    cast: abroad('yard', ofKind('yard')),
  },
  { script: harbour.portCall, topic: 'agency', times: 74, cast: abroad('agent', ofKind('agent')) },
  { script: harbour.portCall, topic: 'marina', times: 26, cast: abroad('agent', ofKind('marina')) },
  { script: harbour.charter, topic: 'charter', times: 42, cast: abroad('broker', ofKind('broker')) },
  {
    script: harbour.provisioning,
    topic: 'provisioning',
    times: 62,
    cast: abroad('provisioner', ofKind('provisioning')),
  },
  {
    script: harbour.crewTravel,
    topic: 'travel',
    times: 48,
    cast: (yacht) => ({ travel: ofKind('travel')(yacht), traveller: everybody(yacht) }),
  },
  { script: ashore.management, topic: 'management', times: 52, cast: () => ({}) },
  { script: ashore.oilLab, topic: 'lab', times: 46, cast: abroad('lab', ofKind('lab')) },
  { script: aboard.allHands, topic: 'crew', times: 78, cast: () => ({}), weekends: true },
  { script: aboard.crewTalk, topic: 'crew', times: 130, cast: () => ({}), weekends: true },
  { script: tongues.russian, topic: 'refit', times: 9, cast: abroad('russian', writing(/[а-я]/)) },
  { script: tongues.greek, topic: 'vendor:Navigation', times: 9, cast: abroad('greek', writing(/[α-ω]/)) },
  {
    script: tongues.japanese,
    topic: 'vendor:Tenders',
    times: 7,
    cast: abroad('japanese', writing(/[\u4e00-\u9fff]/)),
  },
  {
    script: tongues.hebrew,
    topic: 'vendor:Deck machinery',
    times: 6,
    cast: abroad('hebrew', writing(/[\u05d0-\u05ea]/)),
  },
  {
    script: tongues.arabic,
    topic: 'vendor:Fuel and lube oil',
    times: 6,
    cast: abroad('arabic', writing(/[\u0621-\u064a]/)),
  },
  {
    script: tongues.german,
    topic: 'vendor:Electrical',
    times: 16,
    cast: abroad('german', inCountry('Germany')),
  },
  { script: tongues.italian, topic: 'marina', times: 14, cast: abroad('italian', inCountry('Italy')) },
  { script: tongues.french, topic: 'agency', times: 26, cast: abroad('french', inCountry('France')) },
];

/** How much of it a yacht of this size has. */
const share = (yacht: Yacht) => (yacht.crew.length > 2 ? 0.48 : 0.4);

export function writeAffairs(desk: Desk): void {
  for (const [index, affair] of AFFAIRS.entries()) {
    const cast = { ...household(desk.yacht), ...affair.cast(desk.yacht) };
    if (Object.values(cast).some((people) => people.length === 0)) continue;
    const [from, to] = affair.days ?? [729, 0.5];
    const times = Math.round(affair.times * share(desk.yacht));
    for (let n = 0; n < times; n += 1) {
      const random = desk.random.fork(`affair-${index}-${n}`);
      const start = desk.epoch - (from - ((from - to) * (n + random.next())) / times) * DAY;
      const scene = businessScene({ ...desk, random }, start);
      const { topic, weekends = false } = affair;
      play({ ...desk, random }, affair.script, {
        ...scene,
        cast: { ...scene.cast, ...onePerFirm(cast, random) },
        topic,
        weekends,
      });
    }
  }
}

/** Of several people of one part (not the crew) one plays it through a whole thread. */
export function onePerFirm(cast: Scene['cast'], random: Desk['random']): Scene['cast'] {
  const together = new Set(['crew']);
  return Object.fromEntries(
    Object.entries(cast).map(([part, list]) => [part, together.has(part) ? list : [random.pick(list)]]),
  );
}

/** A scene with the words that business ashore needs, about some piece of equipment. */
export function businessScene(desk: Desk, start: number): Scene {
  const { random, yacht } = desk;
  const equipment = random.pick(servedEquipment(yacht));
  const vendor = vendorFor(yacht, equipment) ?? random.pick(yacht.vendors);
  const scene = sceneOf(desk, { equipment, vendor, order: null, naming: 'never', start });
  const later = (least: number, most: number) => start + random.int(least, most) * DAY;
  const date2 = later(2, 12);
  const words = {
    ...scene.words,
    classno: yacht.yacht.class_no,
    loa: String(yacht.yacht.length_m),
    condition: `CC-${random.int(10, 99)}`,
    digits: String(random.int(10_000, 99_999)),
    four: String(random.int(1000, 9999)),
    small: String(random.int(3, 98) * 50),
    yardwo: String(random.int(5100, 6900)),
    week: String(random.int(2, 38)),
    guests: String(random.int(6, 12)),
    month: longDate(start).split(' ')[1] ?? '',
    weekday: weekday(date2),
    date2: dayAndMonth(date2),
    date3: dayAndMonth(later(13, 26)),
    port2: random.pick(['Bonifacio', 'Capri', 'Corfu', 'Menton', 'Ibiza', 'Kos', 'Dubrovnik']),
    name: random.pick(yacht.crew).display_name,
    pnr: random.hex(6).toUpperCase(),
  };
  return { ...scene, words };
}
