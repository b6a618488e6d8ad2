// Mail among the crew, and what comes to a crew member in private.
import type { Script } from '../play.ts';

export const allHands: Script = {
  subjects: [
    '[[Watch list|Drill|Guest arrival|Cabin inspection|Shore leave|Laundry|Uniforms|Anchor watch]] {date2}',
    'Plan for {weekday}',
    'Toolbox talk: [[working aloft|mooring lines|tender launching|entering the chain locker]]',
  ],
  lines: [
    {
      by: 'head',
      to: ['crew'],
      after: [0, 14],
      say: `All,

[[Abandon ship and fire drill on {date2}, 10:00. Scenario: fire in the laundry. BA team as per muster list.|Guests arrive {date2}, 15:00. Whites from noon, decks dry by 14:00.|Anchor watch tonight as posted in the mess, wind is to veer north-west 25 kn after 02:00.|Tender goes at 18:00 and 23:30. Whoever misses it swims.|New boiler suits are here, sizes on the list.]] [[Questions to me.|Thank you for yesterday, well done everybody.|]]`,
    },
    {
      by: 'one',
      after: [1, 20],
      odds: 0.35,
      say: `[[OK.|Copied.|Can I swap with somebody on {weekday}?|My immersion suit has a broken zip, on the list for the station please.|👍]]`,
    },
  ],
};

export const crewTalk: Script = {
  subjects: [
    '[[Crane|Tender|Stores|Paint locker|Grease|Fenders|Keys]]',
    'handover',
    'Re-order list',
    'Running hours {month}',
    'can you have a look?',
  ],
  lines: [
    {
      by: 'one',
      to: ['other'],
      after: [0, 14],
      say: `[[Hi {to}|{to}|Hey {to}]],

[[the passerelle squeaks again when it slews, only with somebody on it.|crew mess ceiling drips near the vent, about a cup a night.|could you send me the hours of both tenders?|starboard boarding light is dead, I put a note in the box.|handover notes in the shared folder, the part about the purifier is new.|we are short of rags, two-component filler and size 42 deck shoes.|the owner likes the new jacuzzi temperature. Nobody touch it. 😀]]`,
    },
    {
      by: 'other',
      after: [1, 16],
      odds: 0.75,
      say: `[[On it.|Will look after lunch.|Limo 1460, rescue 340, jacuzzi too many.|Seen, thanks. It is the condensate drain, tomorrow.|Ordered.|Good catch.]]`,
    },
    { by: 'one', after: [1, 30], odds: 0.3, say: `[[Thanks!|Works. Beer on me.|Still there, sorry.|🙏]]` },
  ],
};

export const bank: Script = {
  subjects: [
    'Your statement for {month} is ready',
    'Payment received',
    'Your card ending {four}',
    'Standing order changed',
  ],
  lines: [
    {
      by: 'bank',
      to: ['me'],
      after: [0, 10],
      say: `Dear customer,

[[your statement for {month} is available in your inbox at online banking.|your salary of {month} has been credited to your account.|your card ending {four} was used abroad for the first time in {port}. If this was not you, call the number on its back.|your standing order "rent" was changed as requested.]]

This is an automatic message. We never ask for your password by e-mail.`,
    },
  ],
};

export const landlord: Script = {
  subjects: [
    'Flat: [[boiler|meter reading|window|rent from {month}]]',
    'Your flat, {month}',
    'Neighbour upstairs',
  ],
  lines: [
    {
      by: 'landlord',
      to: ['me'],
      after: [0, 20],
      say: `[[Hello|Dear]] {to},

[[the boiler man comes on {date2} between 8 and 12. I can open for him if you are away again.|please send me a photo of the meters, the billing year ends.|from next year the charges go up by 15 a month, calculation attached.|there was water from upstairs, only the corridor, insurance is told.]]`,
      attach: ['letter:Letter'],
    },
    {
      by: 'me',
      after: [4, 90],
      odds: 0.7,
      say: `Hello {to},

[[I am at sea until {date3}, please use your key.|my sister has a key and takes the photo on Sunday.|thanks for taking care!|that is fine.]]`,
    },
    {
      by: 'landlord',
      after: [4, 60],
      odds: 0.3,
      say: `[[Very good. Have a safe trip.|Done, works again.|Thank you.]]`,
    },
  ],
};

export const family: Script = {
  subjects: [
    '[[Sunday|Hello from home|The garden|Photos|When are you back?|Grandma|Birthday]]',
    'mum',
    're-union in {month}',
    'Dog',
    '',
  ],
  lines: [
    {
      by: 'family',
      to: ['me'],
      after: [0, 30],
      say: `[[Hi {to}|Dear {to}|Hey you]],

[[the roses are out and the neighbour's cat sleeps in the wheelbarrow. Grandma asks every Sunday where you are on the map, so write her a line.|we got the tickets for {month}! Three weeks, all of us. Do you know your leave yet?|he passed the exam, second try, and has not stopped grinning. Call when you have signal.|dad has taken the outboard apart on the kitchen table. You may imagine the rest.|photos of the christening attached. You are the godparent who was at sea, as usual 😄]]

[[Love|Hugs|Take care]]`,
      attach: ['photo'],
    },
    {
      by: 'me',
      after: [10, 140],
      odds: 0.65,
      say: `[[Hi {to}|Hello all]],

[[great pictures, thank you. We are in {port}, busy, all well.|leave is not confirmed, relief needs his visa. I know by the end of the month.|tell dad to keep the old gasket until the new one fits!|just a short one from anchor watch, stars like you would not believe.]]`,
    },
    {
      by: 'family',
      after: [5, 90],
      odds: 0.35,
      say: `[[Good to hear from you!|He says the gasket is fine. It is not.|Sleep well and wear a hat. ❤️|]]`,
    },
  ],
};

export const shopping: Script = {
  subjects: [
    'Your order {digits} has shipped',
    'Order confirmation {digits}',
    'How did we do? Order {digits}',
  ],
  lines: [
    {
      by: 'shop',
      to: ['me'],
      after: [0, 20],
      say: `Hello {to},

[[your parcel is on its way and should be with you on {date2}. Tracking {awb}.|thank you for your order. We pack it today.|two minutes for a review? Your deck shoes would like to hear it.]]`,
    },
  ],
};

export const surgery: Script = {
  subjects: ['Reminder: your appointment on {date2}', 'Check-up'],
  lines: [
    {
      by: 'surgery',
      to: ['me'],
      after: [0, 20],
      say: `Dear patient,

[[your appointment is on {date2} at 09:15. Please cancel 24 hours before if you cannot come.|your last check-up was a year ago. Call us when you are ashore.]]`,
    },
  ],
};

export const school: Script = {
  subjects: ['Your course in {month}', 'STCW refresher {month}'],
  lines: [
    {
      by: 'school',
      to: ['me'],
      after: [0, 20],
      say: `Hello {to},

[[your refresher in {month} is confirmed. Bring passport, medical and safety shoes.|your certificate of {date1} is ready and can be downloaded.|one place is left in the course of {date2}. Shall we keep it for you?]]`,
    },
  ],
};
