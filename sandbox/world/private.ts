// What comes to each person aboard in private, and is nobody else's.
import { businessScene, onePerFirm } from './affairs.ts';
import { DAY } from './clock.ts';
import { type CrewMember, crewPerson, type Person, type Yacht } from './fleet.ts';
import type { Desk } from './mail.ts';
import { play, type Scene, type Script } from './play.ts';
import * as aboard from './scripts/aboard.ts';

const FAMILY: Record<string, Person[]> = {
  captain: [
    { name: 'Anne-Lise Solberg', address: 'annelise@solberg-home.example' },
    { name: 'Jakob', address: 'jakob.solberg@post.example' },
  ],
  chief_engineer: [
    { name: 'Mum', address: 'morag.traill@post.example' },
    { name: 'Isla Traill', address: 'isla@traill-home.example' },
  ],
  eto: [
    { name: 'Mama', address: 'wolska.barbara@poczta.example' },
    { name: 'Piotr Wolski', address: 'piotr.wolski@poczta.example' },
  ],
  purser: [
    { name: 'Maman', address: 'marchand.odile@courrier.example' },
    { name: 'Théo', address: 'theo.marchand@courrier.example' },
  ],
  crew: [
    { name: 'Mãe', address: 'lurdes.ferreira@correio.example' },
    { name: 'Rui F.', address: 'rui@correio.example' },
  ],
};

/** Each person's own: family, flat, bank, orders. It is nobody else's. */
export function writePrivateMail(desk: Desk): void {
  for (const member of desk.yacht.crew) {
    const cast = privateCast(desk.yacht, member);
    const busy = member.role === 'crew' ? 0.8 : 1;
    const scripts: [Script, string, number][] = [
      [aboard.bank, 'private:bank', 26],
      [aboard.landlord, 'private:house', 14],
      [aboard.family, 'private:family', 30],
      [aboard.shopping, 'private:orders', 16],
      [aboard.surgery, 'private:orders', 5],
      [aboard.school, 'private:orders', 5],
    ];
    for (const [script, topic, times] of scripts) {
      for (let n = 0; n < Math.round(times * busy); n += 1) {
        const random = desk.random.fork(`${member.email}-${topic}-${n}`);
        const start = desk.epoch - (729 - (728 * (n + random.next())) / (times * busy)) * DAY;
        const scene = businessScene({ ...desk, random }, start);
        play({ ...desk, random }, script, {
          ...scene,
          cast: onePerFirm(cast, random),
          topic,
          weekends: true,
        });
      }
    }
  }
}

function privateCast(yacht: Yacht, member: CrewMember): Scene['cast'] {
  return {
    me: [crewPerson(yacht, member)],
    bank: [{ name: 'Northhaven Bank', address: 'no-reply@northhaven-bank.example' }],
    landlord: [{ name: 'Margarethe Ott', address: 'm.ott@hausverwaltung.example' }],
    family: FAMILY[member.role] ?? FAMILY.crew ?? [],
    shop: [{ name: 'Deckstore', address: 'orders@deckstore.example' }],
    surgery: [{ name: 'Dental surgery Dr Blume', address: 'desk@blume-dental.example' }],
    school: [{ name: 'Seaman Training Centre', address: 'courses@stc.example' }],
  };
}
