import { CelesteError } from '#base/errors.ts';

type Words = { message: string; advice: string };

/** Why a mailbox is not connected, shared or read, by the code that is kept of it. */
export const REFUSAL_WORDS = {
  consent_declined: {
    message:
      'Microsoft did not let us in: the permission was declined, or your organisation keeps it to administrators.',
    advice:
      'Connect again and accept. If Microsoft asked for an administrator, ask yours to approve this app.',
  },
  account_mismatch: {
    message: 'That is another Microsoft account than the one connected here.',
    advice: 'Confirm that the new account is meant, or connect again with the old one.',
  },
  mailbox_in_use: {
    message: 'Somebody aboard has connected this mailbox as their own.',
    advice: 'They, or the captain, disconnect it first; or you choose another mailbox.',
  },
  mailbox_shared: {
    message: 'This mailbox is kept in sync aboard as a shared one.',
    advice:
      'Whoever added it, or the captain, can put you on its list of readers; or remove it, and it can be your own.',
  },
} satisfies Record<string, Words>;

const UNKNOWN: Words = {
  message: 'Connecting Outlook did not work.',
  advice: 'Connect again from the settings page.',
};

/** The refusal with this code, in words for whoever wanted the mailbox. */
export function refusal(code: string): CelesteError {
  const { message, advice } = (REFUSAL_WORDS as Record<string, Words>)[code] ?? UNKNOWN;
  return new CelesteError(code, message, { advice });
}
