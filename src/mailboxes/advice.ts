import { CelesteError } from '#base/errors.ts';
import { GRAPH_WORDS, IDENTITY_WORDS } from '#microsoft/errors.ts';
import type { MailboxKind } from '#tenants/schema.ts';

import { REFUSAL_WORDS } from './refusals.ts';
import type { Problem } from './status.ts';

type Words = { message: string; advice: string };

/** Whose consent opens a mailbox, for somebody else; `name` is null when they are no longer aboard. */
export type Opener = { name: string | null; kind: MailboxKind };

const WAIT = 'Nothing to do: it is tried again by itself. Mail synced so far stays.';
const DECIDE = 'The mail that is here stays. Connect again, or have it deleted, in the settings.';
const RECONNECT = 'Connect Outlook again in the settings. Mail synced so far stays.';

// What whoever opened a mailbox reads when it is in trouble, by the code that is stored with it.
const ADVICE: Record<string, Words> = {
  reauth_required: { message: IDENTITY_WORDS.person_must_act.message, advice: RECONNECT },
  write_lost: {
    message: 'Microsoft no longer lets Celeste Mail write and send for you.',
    advice: 'Allow writing again in the settings. Reading goes on.',
  },
  not_connected: { message: 'Outlook is not connected.', advice: 'Connect Outlook in the settings.' },
  mailbox_in_use: REFUSAL_WORDS.mailbox_in_use,
  mailbox_shared: REFUSAL_WORDS.mailbox_shared,
  paused: { message: 'Syncing is paused.', advice: 'Resume it on the sync page.' },
  throttled: { message: GRAPH_WORDS.throttled.message, advice: WAIT },
  graph_transient: { message: GRAPH_WORDS.transient.message, advice: WAIT },
  graph_malformed: { message: GRAPH_WORDS.malformed.message, advice: WAIT },
  graph_throttled: { message: GRAPH_WORDS.throttled.message, advice: WAIT },
  graph_unauthorized: {
    message: GRAPH_WORDS.unauthorized.message,
    advice: `It is tried again. If it stays: ${RECONNECT}`,
  },
  graph_forbidden: {
    message: GRAPH_WORDS.forbidden.message,
    advice: 'Connect Outlook again and accept every permission; ask your administrator if it stays.',
  },
  graph_mailbox_unavailable: GRAPH_WORDS.mailbox_unavailable,
  graph_rejected: {
    message: GRAPH_WORDS.rejected.message,
    advice: 'It is tried again. If it stays, tell whoever runs Celeste Mail: the log has the request id.',
  },
  ended_by_captain: { message: 'The captain has disconnected your mailbox.', advice: DECIDE },
  ended_by_operator: { message: 'Whoever runs Celeste Mail has disconnected your mailbox.', advice: DECIDE },
  shared_unopened: {
    message: 'Your Outlook, which opened this shared mailbox, is disconnected.',
    advice: 'Anyone whom Microsoft lets read it can add it again in the settings. Mail synced so far stays.',
  },
  identity_operator: {
    message: IDENTITY_WORDS.operator.message,
    advice: 'Nothing to do for you. Whoever runs Celeste Mail: check the Azure app with `celeste doctor`.',
  },
  identity_transient: { message: IDENTITY_WORDS.transient.message, advice: WAIT },
  azure_app_missing: {
    message: 'Reading Outlook mail is not set up here.',
    advice: 'Whoever runs Celeste Mail sets AZURE_READ_APP_ID and its secret.',
  },
  seal_unknown_key: {
    message: 'The stored access to this mailbox was sealed with a key that is gone.',
    advice: 'Whoever runs Celeste Mail puts the key back into TOKEN_KEYS; or connect Outlook again.',
  },
  seal_broken: { message: 'The stored access to this mailbox cannot be opened.', advice: RECONNECT },
  database_full: {
    message: 'The database has no room left for new mail.',
    advice:
      'Whoever runs Celeste Mail has to make room; then it goes on by itself. Mail synced so far stays.',
  },
  folders_incomplete: {
    message: 'Some folders could not be read to their end.',
    advice: `The sync page shows which. ${WAIT}`,
  },
  folders_left_out: {
    message: 'Some folders cannot be read. Everything else is complete.',
    advice:
      'The list of folders on the sync page names them to whoever reads this mailbox, and says what to do. They are tried again by themselves.',
  },
};

// Why Microsoft does not tell us of new mail, where that is no fault of the mailbox itself.
const POLLED = 'Nothing is missed: mail comes when we look, and this is tried again by itself.';
const PUSH_ADVICE: Record<string, Words> = {
  webhook_unreachable: {
    message: 'Microsoft cannot reach us to tell of new mail.',
    advice: `${POLLED} Whoever runs Celeste Mail: “celeste doctor” tries the address (WEBHOOK_URL).`,
  },
  push_silent: {
    message: 'Microsoft says that it tells us of new mail, and nothing arrives.',
    advice:
      'Nothing is missed: mail comes when we look, and this ends with the first word that arrives. Whoever runs Celeste Mail: see what the proxy or firewall does with a POST to /webhooks/graph.',
  },
  subscription_elsewhere: {
    message: 'Microsoft tells of this mailbox somewhere else already, and does so only once.',
    advice: 'Nothing is missed: mail comes when we look.',
  },
};

const UNKNOWN: Words = {
  message: 'The sync met something unexpected.',
  advice: `${WAIT} If it stays, tell whoever runs Celeste Mail.`,
};

// What is different for everybody else, where only the opener can mend it.
const OTHERS_ADVICE: Record<string, (opener: Opener) => Partial<Words>> = {
  reauth_required: (opener) => ({
    message: `Microsoft wants ${opener.name ?? 'whoever opened this mailbox'} to sign in again.`,
    advice: askOpener(opener, 'connect Outlook again'),
  }),
  write_lost: (opener) => ({
    message: `Microsoft no longer lets Celeste Mail write and send for ${opener.name ?? 'its owner'}.`,
    advice: askOpener(opener, 'allow writing again in the settings'),
  }),
  graph_unauthorized: (opener) => ({
    advice: `It is tried again. If it stays: ${askOpener(opener, 'connect Outlook again')}`,
  }),
  graph_forbidden: (opener) => ({
    advice: askOpener(opener, 'connect Outlook again and accept every permission'),
  }),
  ended_by_captain: (opener) => ({
    message: 'The captain has disconnected this mailbox.',
    advice: keptFor(opener),
  }),
  ended_by_operator: (opener) => ({
    message: 'Whoever runs Celeste Mail has disconnected this mailbox.',
    advice: keptFor(opener),
  }),
  shared_unopened: ({ name }) => ({
    message: `The Outlook of ${name ?? 'whoever opened this shared mailbox'} is disconnected.`,
    advice: ADD_AGAIN,
  }),
  seal_unknown_key: (opener) => ({
    advice: `Whoever runs Celeste Mail puts the key back into TOKEN_KEYS. Or: ${askOpener(opener, 'connect Outlook again')}`,
  }),
  seal_broken: (opener) => ({ advice: askOpener(opener, 'connect Outlook again') }),
};

const ADD_AGAIN = 'Anyone whom Microsoft lets read it can add it again in the settings.';

function keptFor({ name }: Opener): string {
  return `The mail that is here stays. ${name === null ? 'Its owner is no longer aboard.' : `${name} can connect it again.`}`;
}

/** Whoever adds a shared mailbox again takes it over (shared.ts); one's own is nobody else's to open. */
function askOpener({ name, kind }: Opener, toDo: string): string {
  if (name === null) return kind === 'shared' ? ADD_AGAIN : 'Its owner is no longer aboard.';
  return kind === 'shared' ? `Ask ${name} to ${toDo}. ${ADD_AGAIN}` : `Ask ${name} to ${toDo}.`;
}

/**
 * The coded error, with words for a person, for any code that can stand on a watcher.
 *
 * @param opener who opened the mailbox; null for the words that are for them
 */
export function adviceOn(code: string, opener: Opener | null = null): CelesteError {
  const words = { ...(ADVICE[code] ?? UNKNOWN), ...(opener && OTHERS_ADVICE[code]?.(opener)) };
  return new CelesteError(code, words.message, { advice: words.advice });
}

/** What is wrong with a mailbox, by the code that stands on its watcher; null when nothing is. */
export function problemOn(code: string | null, opener: Opener | null = null): Problem | null {
  if (code === null) return null;
  const { message, advice } = adviceOn(code, opener);
  return { code, message, advice: advice ?? null };
}

/**
 * Why Microsoft does not tell us of new mail, though it should; by the code that stands on the watcher. Null when there
 * is none. It is never a fault of the sync: without push the mailbox is polled.
 */
export function pushProblemOn(code: string | null, opener: Opener | null = null): Problem | null {
  if (code === null) return null;
  const known = PUSH_ADVICE[code];
  if (known) return { code, ...known };
  const message = `Microsoft does not tell us of new mail at the moment. ${adviceOn(code, opener).message}`;
  return { code, message, advice: POLLED };
}
