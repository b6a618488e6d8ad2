// What arrives while somebody watches: short, and worth a look.
import type { Script } from '../play.ts';

/** About an open work order. */
export const news: Script = {
  subjects: [
    '{ref} {title}',
    '{vessel} - {ref} - {equipment}',
    '{ref}: [[delivery|quotation {quote}|visit of our technician|test report]]',
  ],
  lines: [
    {
      by: 'contact',
      to: ['asker'],
      after: [0, 0],
      say: `[[Good morning|Hello|Dear]] {to},

[[quotation {quote} for {partname} is attached, delivery {lead}.|your parts for {ref} left us an hour ago, AWB {awb}.|{tech} could be with you in {port} on {date2}. Shall I book?|our engineering has looked at your readings. Please check {partname} before you start again.|we found one {partname} in stock, p/n {partno}. It is reserved for you until tonight.]] [[Please mention {ref} when you answer.|]]`,
      attach: ['quotation'],
    },
  ],
};

/** From the crew or the office ashore. */
export const chat: Script = {
  subjects: ['[[Tender|Gangway|Alarm last night|Agent called|Box for you]]', '{equipment}', 'quick question'],
  lines: [
    {
      by: 'mate',
      to: ['asker'],
      after: [0, 0],
      say: `{to},

[[a box for you is on the aft deck, 12 kg, from {firm}.|bilge alarm frame 36 came twice in the night, dry both times.|the agent asks if the technician needs a pass for tomorrow.|boss arrives one hour earlier. Is the {equipment} back in service?|photo as promised.]]`,
      attach: ['photo'],
    },
  ],
};

/** In answer to a mail of the mailbox's own. */
export const ANSWERS = `[[Hello|Good day|Hi]] {to},

[[confirmed, we go ahead as written below.|short answer: yes, but not before {date2}.|thank you. Could you send one more photo, from below?|price stands, delivery is now {lead}.|the colleague in charge is back tomorrow, I keep it on my desk until then.|done. The papers follow this afternoon.|please see our {quote}; the rest as discussed on the phone.]]`;
