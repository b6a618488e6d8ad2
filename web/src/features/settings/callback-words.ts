// Why Microsoft, or we, refused to connect: what happened and what to do, by the callback's error code.
type Words = { title: string; detail: string; advice: string | null };

const KNOWN: Record<string, Words> = {
  access_denied: {
    title: 'Not connected: you declined',
    detail: 'Microsoft was told not to give Celeste Mail access. Nothing was stored.',
    advice: 'Try again and choose Accept.',
  },
  consent_required: {
    title: 'Not connected: an administrator must agree first',
    detail: 'Your organisation lets only administrators allow new applications.',
    advice: 'Ask whoever runs your Microsoft 365 to allow Celeste Mail, then try again.',
  },
  state_expired: {
    title: 'Not connected: that took longer than ten minutes',
    detail: 'A sign-in at Microsoft is good for ten minutes. Nothing was stored.',
    advice: 'Try again.',
  },
  state_foreign: {
    title: 'Not connected: it was begun by another sign-in',
    detail: 'The visit to Microsoft belongs to another person or browser. Nothing was stored.',
    advice: 'Begin again here.',
  },
  temporarily_unavailable: {
    title: 'Not connected: Microsoft did not answer',
    detail: 'Nothing was stored.',
    advice: 'Try again in a few minutes.',
  },
};
const ALIASES: Record<string, string> = {
  admin_consent_required: 'consent_required',
  state_unknown: 'state_expired',
  state_used: 'state_expired',
  server_error: 'temporarily_unavailable',
};

export function callbackWords(code: string | undefined): Words {
  const known = code ? KNOWN[ALIASES[code] ?? code] : undefined;
  return (
    known ?? {
      title: 'Outlook was not connected',
      detail: `Microsoft refused or the answer did not fit${code ? ` (${code})` : ''}. Nothing was stored.`,
      advice: 'Try again; if it stays so, tell the operator the word in brackets.',
    }
  );
}
