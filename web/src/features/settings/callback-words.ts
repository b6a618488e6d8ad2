// Why Microsoft, or we, refused to connect: what happened and what to do, by the callback's error code.
type Words = { title: string; detail: string; advice: string | null };

const ELSEWHERE = 'Nothing was changed here.';

const KNOWN: Record<string, Words> = {
  consent_declined: {
    title: 'Not connected: permission was not given',
    detail: `It was declined, or your organisation leaves it to administrators. ${ELSEWHERE}`,
    advice: 'Try again and accept. If Microsoft asks for an administrator, ask yours to allow Celeste Mail.',
  },
  mailbox_in_use: {
    title: 'Not connected: somebody aboard has connected this mailbox',
    detail: `A mailbox is connected once. ${ELSEWHERE}`,
    advice: 'Try again with your own account; or they, or the captain, disconnect it first.',
  },
  mailbox_shared: {
    title: 'Not connected: this mailbox is a shared one aboard',
    detail: `It is kept in sync for everybody on its list of readers. ${ELSEWHERE}`,
    advice:
      'Ask whoever added it, or the captain, to put you on its list of readers; or to remove it, then try again.',
  },
  state_expired: {
    title: 'Not connected: that took longer than ten minutes',
    detail: `A sign-in at Microsoft is good for ten minutes. ${ELSEWHERE}`,
    advice: 'Try again.',
  },
  state_used: {
    title: 'Not connected: this sign-in was used already',
    detail: `A sign-in at Microsoft is good for one time. ${ELSEWHERE}`,
    advice: 'See below whether Outlook is connected; if it is not, try again.',
  },
  state_foreign: {
    title: 'Not connected: it was begun by another sign-in',
    detail: `The visit to Microsoft belongs to another person or browser. ${ELSEWHERE}`,
    advice: 'Begin again here.',
  },
  invalid_request: {
    title: 'Not connected: the answer from Microsoft did not arrive whole',
    detail: `What the browser brought back is not something Microsoft sends. ${ELSEWHERE}`,
    advice: 'Begin again here, and let the browser come back by itself.',
  },
  sign_in_required: {
    title: 'Not connected: you were signed out meanwhile',
    detail: `Celeste Mail did not know who came back from Microsoft. ${ELSEWHERE}`,
    advice: 'You are signed in now: try again.',
  },
  internal: {
    title: 'Not connected: Celeste Mail had trouble of its own',
    detail: `It is not your account. ${ELSEWHERE}`,
    advice: 'Try again in a few minutes; if it stays so, tell whoever runs Celeste Mail.',
  },
  identity_person_must_act: {
    title: 'Not connected: Microsoft wants you to sign in again',
    detail: `The sign-in at Microsoft was not finished. ${ELSEWHERE}`,
    advice: 'Try again.',
  },
  identity_operator: {
    title: 'Not connected: Microsoft refuses Celeste Mail itself',
    detail: `It is not your account: an application id, secret or permission is wrong. ${ELSEWHERE}`,
    advice: 'Tell whoever runs Celeste Mail; “celeste doctor” says which.',
  },
  graph_mailbox_unavailable: {
    title: 'Not connected: this account has no mailbox that apps can read',
    detail: `It has no licence yet, is inactive, or is not in Microsoft 365. ${ELSEWHERE}`,
    advice: 'A new licence takes up to an hour. If it stays, ask whoever runs your Microsoft 365.',
  },
  identity_transient: {
    title: 'Not connected: Microsoft did not answer',
    detail: ELSEWHERE,
    advice: 'Try again in a few minutes.',
  },
};
const ALIASES: Record<string, string> = {
  state_unknown: 'state_expired',
  graph_transient: 'identity_transient',
  graph_throttled: 'identity_transient',
  graph_malformed: 'identity_transient',
  throttled: 'identity_transient',
  graph_forbidden: 'consent_declined',
  database_unavailable: 'internal',
  database_full: 'internal',
  tenant_unavailable: 'internal',
};

/** What to say to the callback's `code`; the code itself where nothing better is known. */
export function callbackWords(code: string | undefined): Words {
  const known = code ? KNOWN[ALIASES[code] ?? code] : undefined;
  return (
    known ?? {
      title: 'Outlook was not connected',
      detail: `Microsoft refused, or the answer did not fit${code ? ` (${code})` : ''}. ${ELSEWHERE}`,
      advice: 'Try again; if it stays so, tell the operator the word in brackets.',
    }
  );
}
