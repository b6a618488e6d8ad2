import { CelesteError } from '#base/errors.ts';

type Words = { message: string; advice: string };

const WAIT = 'Nothing to do: it is tried again by itself. Mail synced so far stays.';
const RECONNECT = 'Connect Outlook again in the settings. Mail synced so far stays.';

// What a person reads about a mailbox in trouble, by the code that is stored with it.
const ADVICE: Record<string, Words> = {
  reauth_required: { message: 'Microsoft wants you to sign in again.', advice: RECONNECT },
  not_connected: { message: 'Outlook is not connected.', advice: 'Connect Outlook in the settings.' },
  paused: { message: 'Syncing is paused.', advice: 'Resume it on the sync page.' },
  throttled: { message: 'Microsoft asks us to slow down for this mailbox.', advice: WAIT },
  graph_transient: { message: 'Microsoft could not be reached or could not answer.', advice: WAIT },
  graph_malformed: { message: 'Microsoft answered with something unreadable.', advice: WAIT },
  graph_throttled: { message: 'Microsoft asks us to slow down for this mailbox.', advice: WAIT },
  graph_unauthorized: {
    message: 'Microsoft does not accept our access to this mailbox.',
    advice: `It is tried again. If it stays: ${RECONNECT}`,
  },
  graph_forbidden: {
    message: 'Microsoft says we may not read this mailbox.',
    advice: 'Connect Outlook again and accept every permission; ask your administrator if it stays.',
  },
  graph_mailbox_unavailable: {
    message: 'This mailbox is not available to apps: not licensed yet, inactive, or not in Microsoft 365.',
    advice: 'A new licence takes up to an hour. If it stays, ask whoever runs your Microsoft 365.',
  },
  graph_rejected: {
    message: 'Microsoft refused a request of ours.',
    advice: 'It is tried again. If it stays, tell whoever runs Celeste Mail: the log has the request id.',
  },
  shared_unopened: {
    message: 'Whoever opened this shared mailbox has disconnected their Outlook.',
    advice: 'Anyone whom Microsoft lets read it can add it again in the settings. Mail synced so far stays.',
  },
  identity_operator: {
    message: 'Microsoft refuses this service itself, not your account.',
    advice: 'Nothing to do for you. Whoever runs Celeste Mail: check the Azure app with `celeste doctor`.',
  },
  identity_transient: { message: "Microsoft's sign-in could not be reached.", advice: WAIT },
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
};

const UNKNOWN: Words = {
  message: 'The sync met something unexpected.',
  advice: `${WAIT} If it stays, tell whoever runs Celeste Mail.`,
};

/** The coded error, with words for a person, for any code that can stand on a watcher. */
export function adviceOn(code: string): CelesteError {
  const words = ADVICE[code] ?? UNKNOWN;
  return new CelesteError(code, words.message, { advice: words.advice });
}
