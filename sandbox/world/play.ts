// Plays a script: who writes what to whom after how long, until the story or the time ends.
import { atDesk, HOUR } from './clock.ts';
import { attach, type Matter } from './documents.ts';
import type { Person } from './fleet.ts';
import { type Block, type Desk, type Mail, type Topic, write } from './mail.ts';
import { money, totalOf } from './parts.ts';
import { logo } from './pictures.ts';
import { hash, type Random } from './random.ts';
import { compose, type Words } from './words.ts';

/** One mail of a script. People are named by their part in it. */
export type Line = {
  by: string;
  /** Default: whoever wrote the mail before, or `contact` for the first. */
  to?: string[];
  cc?: string[];
  /** Hours after the mail before: at least, at most. */
  after: [number, number];
  /** Paragraphs apart by an empty line; `@parts`, `@list` and `@findings` stand for what they name. */
  say: string;
  attach?: string[];
  /** How likely it is written at all; default 1. */
  odds?: number;
  /** A subject of its own begins a new conversation. */
  subject?: string;
};

export type Script = { subjects: string[]; lines: Line[] };

export type Scene = {
  cast: Record<string, Person[]>;
  words: Words;
  matter: Omit<Matter, 'at' | 'words' | 'subject'>;
  topic: Topic;
  start: number;
  /** Mails after this moment are not written. */
  end?: number;
  /** At most so many mails: the story is still going on. */
  most?: number;
  weekends?: boolean;
};

/** @returns the mails written, oldest first */
export function play(desk: Desk, script: Script, scene: Scene): Mail[] {
  const { random } = desk;
  const subject = compose(random.pick(script.subjects), scene.words, random);
  const end = Math.min(scene.end ?? desk.epoch, desk.epoch);
  const written: Mail[] = [];
  let at = scene.start;
  for (const line of script.lines) {
    if (written.length >= (scene.most ?? Number.POSITIVE_INFINITY)) break;
    if (line.odds !== undefined && !random.chance(line.odds)) continue;
    const turn = castTurn(line, { scene, before: written.at(-1) ?? null, random });
    if (!turn) continue;
    const [least, most] = line.after;
    const idle = (least + random.next() * (most - least)) * HOUR;
    at = atDesk(at + idle, random, { weekends: scene.weekends ?? false });
    if (at >= end) break;
    written.push(speak(desk, { ...turn, line, scene, subject, at }));
  }
  return written;
}

type Turn = {
  line: Line;
  scene: Scene;
  subject: string;
  at: number;
  before: Mail | null;
  from: Person;
  to: Person[];
};

/** Who writes to whom; null when there would be nobody, or when an answer would answer itself. */
function castTurn(
  line: Line,
  { scene, before, random }: Pick<Turn, 'scene' | 'before'> & { random: Random },
): Pick<Turn, 'from' | 'to' | 'before'> | null {
  const from = random.pick(peopleOf(scene, line.by));
  if (!before && !line.to) return null;
  const again = before?.from.address === from.address;
  if (again && line.odds !== undefined && !line.to) return null;
  const wanted =
    line.to?.flatMap((part) => peopleOf(scene, part)) ?? (again ? before.to : [before?.from ?? from]);
  const to = distinct(wanted).filter((one) => one.address !== from.address);
  return to.length > 0 ? { from, to, before } : null;
}

function peopleOf(scene: Scene, part: string): Person[] {
  const people = scene.cast[part];
  if (!people) throw new Error(`The scene has nobody for the part "${part}".`);
  return people;
}

function speak(desk: Desk, { line, scene, subject, at, before, from, to }: Turn): Mail {
  const { random } = desk;
  const copied = line.cc?.flatMap((part) => peopleOf(scene, part)) ?? [];
  const cc = distinct([...copied, ...(line.to ? [] : stillCopied(before, from))]);
  const own = line.subject ? compose(line.subject, scene.words, random) : null;
  const answers = own ? null : before;
  const matter = { ...scene.matter, words: scene.words, at, subject: own ?? subject };
  const mail = write(desk, {
    at,
    from,
    to,
    cc: cc.filter((one) => one.address !== from.address && !to.some((r) => r.address === one.address)),
    subject: own ?? (answers ? `${replyPrefix(from)} ${subject}` : subject),
    blocks: blocksOf(
      capitalised(compose(line.say, { ...scene.words, to: greeted(to) }, random)),
      scene.matter,
    ),
    topic: scene.topic,
    answers,
    attachments: (line.attach ?? []).flatMap((kind) =>
      attach(compose(kind, scene.words, random), matter, random),
    ),
  });
  signWithLogo(mail);
  return mail;
}

/** A reply goes to everybody who had the mail before. */
function stillCopied(before: Mail | null, from: Person): Person[] {
  if (!before) return [];
  return [...before.to, ...before.cc].filter((one) => one.address !== from.address);
}

const distinct = (people: Person[]): Person[] =>
  people.filter((one, n) => people.findIndex((other) => other.address === one.address) === n);

const replyPrefix = (person: Person) =>
  ['Germany', 'Austria'].includes(person.country ?? '') && hash(person.address) % 2 === 0 ? 'AW:' : 'RE:';

/** How people aboard and ashore address each other: by first name, desks by nothing. */
function greeted(receivers: Person[]): string {
  const name = receivers[0]?.name ?? '';
  if (/desk|office|planning|parts|support|tracking/i.test(name)) return 'all';
  return receivers.length > 2 ? 'all' : (name.split(' ')[0] ?? '');
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function blocksOf(text: string, matter: Scene['matter']): Block[] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter(Boolean)
    .map((paragraph): Block => {
      if (paragraph === '@list')
        return { list: matter.parts.map((p) => `${p.quantity} x ${p.name}, p/n ${p.number}`) };
      if (paragraph === '@findings') return { list: matter.findings };
      if (paragraph !== '@parts') return paragraph;
      const rows = matter.parts.map((p) => [
        p.number,
        p.name,
        String(p.quantity),
        money(p.price),
        money(p.price * p.quantity),
      ]);
      const total = ['', 'Total', '', '', money(totalOf(matter.parts))];
      return { table: [['Part no.', 'Description', 'Qty', 'EUR each', 'EUR'], ...rows, total] };
    });
}

/** Two firms in five have their mark under every mail, as an inline picture. */
function signWithLogo(mail: Mail): void {
  const { firm } = mail.from;
  if (!firm || mail.look === 'plain' || mail.from.address.endsWith('.test') || hash(firm) % 5 > 1) return;
  const id = `image001.png@${hash(firm).toString(16).toUpperCase()}`;
  mail.blocks.push({ picture: id });
  mail.attachments.push({
    kind: 'file',
    name: 'image001.png',
    contentType: 'image/png',
    content: logo(firm),
    isInline: true,
    contentId: id,
  });
}
