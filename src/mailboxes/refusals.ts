import { CelesteError } from '#base/errors.ts';

const REFUSALS: Record<string, { message: string; advice: string }> = {
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
      'Whoever added it, or the captain, can put you on its list of readers; or remove it, and then you connect it.',
  },
};

const UNKNOWN = {
  message: 'Connecting Outlook did not work.',
  advice: 'Connect again from the settings page.',
};

/** Why a mailbox is not connected or not shared, by the code that is kept of it, in words for whoever wanted it. */
export function refusal(code: string): CelesteError {
  const { message, advice } = REFUSALS[code] ?? UNKNOWN;
  return new CelesteError(code, message, { advice });
}
