// Mail of the managers ashore to all their yachts.
import { businessScene } from './affairs.ts';
import { DAY } from './clock.ts';
import { crewByRole, FLEET, managerPeople } from './fleet.ts';
import type { Desk, Mail } from './mail.ts';
import { play, type Script } from './play.ts';
import { management } from './scripts/ashore.ts';

/** The same circular goes to the captains and chief engineers of all yachts: one mail, several walls. */
export function circulars(epoch: number, random: Desk['random']): Mail[] {
  const [yacht] = FLEET;
  if (!yacht) return [];
  const mails: Mail[] = [];
  const heads = FLEET.flatMap((one) => [crewByRole(one, 'captain'), crewByRole(one, 'chief_engineer')]);
  for (let n = 0; n < 14; n += 1) {
    const own = random.fork(`circular-${n}`);
    const desk: Desk = { yacht, epoch, random: own, mails };
    const scene = businessScene(desk, epoch - (720 - n * 51) * DAY);
    const [first] = management.lines;
    if (!first) continue;
    const script: Script = {
      subjects: [
        'Fleet circular {digits}: [[stern tube oils|garbage record book|passage planning|gangway nets]]',
      ],
      lines: [{ ...first, to: ['heads'], say: FLEET_WORDS }],
    };
    const superintendent = managerPeople(yacht).slice(0, 1);
    play(desk, script, { ...scene, topic: 'management', cast: { superintendent, heads } });
  }
  return mails;
}

const FLEET_WORDS = `Dear all,

[[To all yachts: attached the circular of today. Please read it to the crew and return the signed list.|An incident on another yacht, no names: a hose burst next to somebody's hand. Check date stamps of all hoses this week, please.|From next month the garbage record book is checked at every port call. See the sample pages.]]

[[Questions to me, not to each other.|Reply only if you cannot comply.]]`;
