// A storm as data: what happens, in order. It shrinks by leaving steps out.
import fc from 'fast-check';

import {
  DEAD_TOKEN_CODES,
  DEAD_TOKENS,
  type DeadToken,
  type DeadTokenCode,
  type Quirks,
  type Settings,
} from '../../sandbox/control/settings.ts';
import { type Deed, deed } from './deeds.ts';
import { type Squall, squall } from './weather.ts';

/** How a round is ended before its time: told to stop after some pages, or the power goes at some write. */
export type Cut = { stopAfterPages: number } | { powerGoesAtWrite: number; committed: boolean };

export type Round = {
  step: 'round';
  who: number;
  /** What happens once so many requests of the round are sent. */
  meanwhile: { after: number; deed: Deed }[];
  squalls: Squall[];
  /** It begins when the mailbox may be asked again, not at once. */
  isDue: boolean;
  cut: Cut | null;
  /** Who else is at it at the same time: a second worker at this mailbox, workers at everybody else's, the owner. */
  besides: 'nobody' | 'twin' | 'others' | 'owner';
};

/** `unlicense`, `move`: the mailbox cannot be reached, until somebody sees to it (`settle`). */
const ACCOUNT_CHANGES = [
  ...(['revoke', 'expire', 'withdraw', 'disable', 'pause', 'reconnect'] as const),
  ...(['unlicense', 'move', 'settle'] as const),
] as const;

export type Step =
  | { step: 'deed'; who: number; deed: Deed }
  | Round
  /** Somebody opens a mail. */
  | { step: 'open'; who: number; n: number }
  /** Somebody links a mail's thread to a record. */
  | { step: 'link'; who: number; n: number }
  /** Two mails are linked, and then turn out to be of one conversation. */
  | { step: 'knot'; who: number; n: number; to: number }
  | {
      step: 'account';
      who: number;
      change: (typeof ACCOUNT_CHANGES)[number];
    }
  | { step: 'wait'; minutes: number }
  | { step: 'quirks'; quirks: Partial<Quirks> }
  /** How a cursor that is dead is refused from now on. */
  | { step: 'graves'; deadToken: DeadToken; deadTokenCode: DeadTokenCode };

export type Script = {
  mailboxes: number;
  /** One of them has no delta for mail. */
  cloud: Settings['cloud'];
  steps: Step[];
};

const who = fc.constantFrom(0, 0, 0, 1, 2);

const cut: fc.Arbitrary<Cut> = fc.oneof(
  fc.record({ stopAfterPages: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ powerGoesAtWrite: fc.integer({ min: 1, max: 30 }), committed: fc.boolean() }),
);

const round: fc.Arbitrary<Round> = fc.record({
  step: fc.constant('round' as const),
  who,
  meanwhile: fc.array(fc.record({ after: fc.integer({ min: 1, max: 24 }), deed }), { maxLength: 4 }),
  squalls: fc.array(squall, { maxLength: 3 }),
  isDue: fc.constantFrom(true, true, false),
  cut: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: cut }),
  besides: fc.constantFrom('nobody', 'nobody', 'nobody', 'nobody', 'twin', 'others', 'others', 'owner'),
});

const quirks: fc.Arbitrary<Partial<Quirks>> = fc.record({
  shuffle: fc.boolean(),
  duplicates: fc.boolean(),
  emptyPages: fc.boolean(),
  sparse: fc.boolean(),
  unknownTombstones: fc.boolean(),
  abaLost: fc.boolean(),
  replays: fc.boolean(),
  recreatedFolderLost: fc.constantFrom(false, false, true),
  lateVisibilityMs: fc.constantFrom(0, 0, 60_000),
  largestPage: fc.constantFrom(2, 5, 200),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 24, arbitrary: fc.record({ step: fc.constant('deed' as const), who, deed }) },
  { weight: 8, arbitrary: round },
  {
    weight: 2,
    arbitrary: fc.record({ step: fc.constantFrom('open' as const, 'link' as const), who, n: fc.nat(99) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant('account' as const),
      who,
      change: fc.constantFrom(...ACCOUNT_CHANGES, 'reconnect'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ step: fc.constant('wait' as const), minutes: fc.constantFrom(1, 20, 90) }),
  },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('quirks' as const), quirks }) },
  {
    weight: 1,
    arbitrary: fc.record({
      step: fc.constant('graves' as const),
      deadToken: fc.constantFrom(...DEAD_TOKENS),
      deadTokenCode: fc.constantFrom(...DEAD_TOKEN_CODES),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ step: fc.constant('knot' as const), who, n: fc.nat(99), to: fc.nat(19) }),
  },
);

export const script: fc.Arbitrary<Script> = fc.record({
  mailboxes: fc.constantFrom(1, 1, 1, 2, 3),
  cloud: fc.constantFrom('global', 'global', 'global', 'global', 'global', 'global', 'global', 'china'),
  steps: fc
    .tuple(quirks, fc.array(step, { minLength: 1, maxLength: 30 }))
    .map(([first, steps]): Step[] => [{ step: 'quirks', quirks: first }, ...steps]),
});
