// Plain messages in any number, for measurements: small in memory, bodies made when they are read.
import type { NewMessage } from './new-message.ts';
import type { BulkOptions } from './sandbox-store.ts';

const TOPICS = [
  'Quote for impeller kit',
  'Service report main engine port',
  'Delivery of filters to marina',
  'Berth confirmation',
  'Spare seals for stabiliser',
  'Paint inspection',
  'Watermaker membranes',
  'Crew flight details',
  'Invoice for shore power adapter',
  'Navigation chart update',
];
const SENDERS = [
  'parts@halcyon-marine.test',
  'service@norrvik.test',
  'office@portagent.test',
  'sales@deckline.test',
];
const SENTENCES = [
  'The parts are in stock and can be shipped this week.',
  'Please confirm the serial number on the plate before we order.',
  'Our technician can be on board on Thursday morning.',
  'The measured clearance is within the limits of the manual.',
  'Delivery to the marina office is possible until five in the afternoon.',
  'The attached drawing shows the position of the new bracket.',
];

/** A small generator of numbers in [0, 1), the same for the same seed. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function bodyOf(seed: number, bytes: number): string {
  const next = random(seed);
  let html = '<html><body><p>Good day,</p>';
  while (html.length < bytes - 60) html += `<p>${SENTENCES[Math.floor(next() * SENTENCES.length)]}</p>`;
  return `${html}<p>Best regards,<br>The office</p></body></html>`;
}

/** Messages oldest first; every fourth begins a conversation that the next three answer. */
export function* bulkMessages(address: string, options: BulkOptions, now: Date): Generator<NewMessage> {
  const { count, seed, bodyBytes = 1500, spacingSeconds = 60 } = options;
  const newest = (options.newest ?? now).getTime();
  const host = address.split('@')[1] ?? 'example.test';
  for (let i = 0; i < count; i += 1) {
    const topic = `${TOPICS[(seed + (i >> 2)) % TOPICS.length]} ${seed}-${i >> 2}`;
    const name = (n: number) => `<bulk.${seed}.${n}@${host}>`;
    const sender = SENDERS[(i >> 2) % SENDERS.length] ?? '';
    const root = i - (i % 4);
    yield {
      subject: i === root ? topic : `RE: ${topic}`,
      from: { name: sender.split('@')[0] ?? '', address: sender },
      to: [{ name: address, address }],
      receivedAt: new Date(newest - (count - 1 - i) * spacingSeconds * 1000),
      internetMessageId: name(i),
      ...(i === root ? {} : { inReplyTo: name(i - 1), references: [name(root)] }),
      body: { contentType: 'html', content: () => bodyOf(seed * 1_000_003 + i, bodyBytes) },
      isRead: i % 5 !== 0,
    };
  }
}
