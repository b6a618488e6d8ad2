// What is asked when Microsoft has signed in another account than the one that is known here.
import type { Purpose } from '../../api/types.ts';

type Asked = {
  purpose: Purpose;
  /** Whom Microsoft signed in now. */
  account: string | undefined;
  /** Whom this purpose is connected to. */
  before: string | null;
  /** Whom the other purpose is connected to. */
  other: string | null;
};

type Words = { before: string; known: string; consequence: string; confirm: string; cancel: string };

/** The parts of the question, and of its answers. */
export function accountWords({ purpose, account = 'the new account', before, other }: Asked): Words {
  const known = before ?? other ?? 'another account';
  if (before !== null) {
    const consequence =
      purpose === 'read'
        ? 'If you change, the new mailbox is synced; mail of the old one stays where it is.'
        : 'If you change, answers are sent as the new account. Reading goes on as before.';
    const answers = { confirm: `Change to ${account}`, cancel: `Keep ${known}` };
    return { before: 'You were connected as', known, consequence, ...answers };
  }
  const cancel = 'Do not connect it';
  return purpose === 'read'
    ? {
        before: 'You write here as',
        known,
        consequence: 'If you go on, the new mailbox is synced. Writing goes on as before.',
        confirm: `Read ${account}`,
        cancel,
      }
    : {
        before: 'Mail is read here from',
        known,
        consequence: 'If you go on, answers are sent as the new account. Reading goes on as before.',
        confirm: `Write as ${account}`,
        cancel,
      };
}
