// Agents, marinas, charter, provisions and flights: what a yacht needs where she lies.
import type { Script } from '../play.ts';

const HELLO = '[[Good morning|Good day|Dear|Hello]] {to},';

export const portCall: Script = {
  subjects: [
    '{vessel} - {port} - [[berth request|arrival|port call {date2}]]',
    '[[Berth|Mooring]] {port} {date2}',
    '{vessel} ETA {port} {date2}',
  ],
  lines: [
    {
      by: 'captain',
      to: ['agent'],
      cc: ['purser'],
      after: [0, 20],
      say: `${HELLO}

Please arrange berth in {port} for {vessel}, LOA {loa} m, [[draught 3.6 m|stern-to]], from {date2} [[for 3 nights|to {date3}]]. [[Shore power 125 A 3-phase 400 V|Two cables 63 A]], [[pilot not required|pilot and one tug]], garbage, [[24,000 l of diesel tax-free by truck|water, provisions]].`,
    },
    {
      by: 'agent',
      after: [3, 30],
      say: `${HELLO}

[[Berth 14 confirmed, price EUR {small} per night.|Marina is full until {date3}; quay of the old port is possible, no shore power.|Confirmed with the harbour office, VHF 9 on approach.]] [[Please send crew list and last ports.|Bunkers by truck on the second day at 08:00, sample on request.|]]`,
    },
    {
      by: 'captain',
      cc: ['chief'],
      after: [1, 20],
      odds: 0.7,
      say: `{to},

[[Accepted. Crew list attached.|Please hold it. Chief, do we need more than 24 cubic?|Fine, ETA now 15:30.]]`,
      attach: ['letter:Crew list'],
    },
    {
      by: 'chief',
      to: ['agent'],
      cc: ['captain'],
      after: [1, 12],
      odds: 0.4,
      say: `[[26 m3 please, certificate of quality beforehand, sulphur below 0.1 %.|Also 6 m3 of sludge and bilge ashore, with receipt for the ORB.|Please two drums of EAL oil.]]`,
    },
    {
      by: 'agent',
      to: ['captain'],
      cc: ['purser'],
      after: [60, 140],
      odds: 0.75,
      say: `${HELLO}

[[Disbursement account for {port} attached.|Please find our final account, thank you for calling at {port}.]] [[Fair winds to the next port.|]]`,
      attach: ['invoice'],
    },
  ],
};

export const charter: Script = {
  subjects: [
    'Charter {vessel} {date2} - {date3}: [[preference sheets|itinerary|APA|enquiry]]',
    '{vessel}: charter enquiry, {guests} guests',
  ],
  lines: [
    {
      by: 'broker',
      to: ['captain'],
      cc: ['purser'],
      after: [0, 20],
      say: `${HELLO}

[[We have an enquiry for {guests} guests from {date2}, {port} to {port2}.|Charter signed! Party of {guests}, embarkation {port} on {date2}.|Preference sheets attached.]] [[Two allergic to shellfish, one child of four.|They love diving and late dinners.|Principal asks about wake surfing behind the tender.]]`,
      attach: ['letter:Preference sheet'],
    },
    {
      by: 'captain',
      after: [2, 30],
      say: `${HELLO}

[[Itinerary attached, weather permitting. Nights at anchor depend on the swell.|Good for us. Engineer confirms the limo tender is back by then.|Possible, but we need 12 hours between charters for provisions and fuel.]]`,
      attach: ['letter:Itinerary'],
    },
    {
      by: 'purser',
      to: ['broker'],
      cc: ['captain'],
      after: [2, 40],
      odds: 0.7,
      say: `${HELLO}

[[APA received, thank you.|APA is at 82 %, please ask for a top-up.|Final account attached with all receipts.]]`,
      attach: ['xlsx:APA account'],
    },
    {
      by: 'broker',
      after: [4, 50],
      odds: 0.6,
      say: `[[Wonderful, the client is thrilled.|Top-up on the way.|They loved the crew! Tips were left with the captain.|All well received.]]`,
    },
  ],
};

export const provisioning: Script = {
  subjects: [
    'Order {vessel} - delivery {date2}',
    'Provisions {port}',
    '[[Flowers|Wine|Fish|Dry stores]] for {vessel}',
  ],
  lines: [
    {
      by: 'purser',
      to: ['provisioner'],
      after: [0, 10],
      say: `${HELLO}

Order for delivery in {port} on {date2}, 07:30 at the passerelle. [[List attached.|Same list as last time, plus 12 kg of ice and sea bass for 14.|No farmed salmon this time please.]]`,
      attach: ['xlsx:Provision list'],
    },
    {
      by: 'provisioner',
      after: [2, 20],
      say: `${HELLO}

[[Confirmed, except the white peaches: out of season.|We have everything but the Japanese beef, arrives one day later.|Well received, total about EUR {small}.]]`,
    },
    { by: 'purser', after: [1, 20], odds: 0.5, say: `[[Fine, thank you.|Apricots instead, please.|OK.]]` },
    {
      by: 'provisioner',
      after: [40, 90],
      odds: 0.7,
      say: `${HELLO}

Invoice {invoice} attached. [[Thank you for your order.|Two crates to come back please.]]`,
      attach: ['invoice'],
    },
  ],
};

export const crewTravel: Script = {
  subjects: [
    'Itinerary {name} {date2}',
    'Flight [[HAM-NCE|PMI-OSL|FCO-LIS|ATH-WAW]] {date2}, {name}',
    'E-ticket {name}',
  ],
  lines: [
    {
      by: 'travel',
      to: ['traveller'],
      cc: ['purser'],
      after: [0, 10],
      say: `Dear {to},

please find your [[itinerary|e-ticket]] below. Marine fare, 2 bags of 23 kg, changeable.

Booking {pnr}
{date2}  dep 10:35  arr 12:50  economy

[[Please bring your seaman's book and the letter of guarantee.|Online check-in opens 24 hours before departure.]]`,
      attach: ['letter:Letter of guarantee'],
    },
    {
      by: 'traveller',
      to: ['travel'],
      cc: ['purser'],
      after: [1, 30],
      odds: 0.5,
      say: `[[Thanks, all good.|Can I take the later one? Handover needs the whole morning.|The name must be as in my passport please.]]`,
    },
    {
      by: 'travel',
      after: [1, 20],
      odds: 0.4,
      say: `[[Changed, no extra cost.|Corrected ticket attached.|Sorry, the later flight is full.]]`,
      attach: ['letter:E-ticket'],
    },
  ],
};
