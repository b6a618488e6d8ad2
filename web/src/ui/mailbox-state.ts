// The state of a mailbox's sync in the words and the colour it is shown in everywhere.
import { freshness } from './dates.ts';
import { count, plural } from './format.ts';

type Mailbox = {
  status: 'pending' | 'active' | 'degraded' | 'reauth_required' | 'paused' | 'disconnected';
  syncing: boolean;
  first_sync_done: boolean;
  complete_up_to: string | null;
  folders_left_out: number;
  throttled_until: string | null;
  progress: { done: number; total: number };
  /** With whose consent Microsoft opens it. */
  owner: { display_name: string; is_you: boolean };
};

/** True while a mailbox is kept in sync; else it waits for a person. */
export const isRunning = ({ status }: Pick<Mailbox, 'status'>): boolean =>
  ['pending', 'active', 'degraded'].includes(status);

export type Tone = 'ok' | 'busy' | 'warn' | 'danger' | 'off';

/** One line on how a mailbox stands, and how urgent it is. */
export function mailboxState(mailbox: Mailbox, now: Date): { tone: Tone; text: string } {
  const upTo = mailbox.complete_up_to ? freshness(new Date(mailbox.complete_up_to), now) : null;
  const left = mailbox.folders_left_out;
  const without = left > 0 ? `, without ${plural(left, 'folder')}` : '';
  const complete = upTo ? `Complete up to ${upTo}${without}` : 'Not synced yet';
  if (mailbox.status === 'reauth_required') {
    const { display_name, is_you } = mailbox.owner;
    const text = is_you ? 'Outlook must be connected again' : `${display_name} must connect Outlook again`;
    return { tone: 'danger', text };
  }
  if (mailbox.status === 'disconnected') return { tone: 'off', text: 'Disconnected' };
  if (mailbox.status === 'paused') return { tone: 'off', text: `Paused. ${complete}` };
  if (!mailbox.first_sync_done) {
    const { done, total } = mailbox.progress;
    return {
      tone: 'busy',
      text: total ? `First sync: ${count(done)} of ${count(total)}` : 'First sync is starting',
    };
  }
  if (mailbox.throttled_until && new Date(mailbox.throttled_until) > now) {
    return { tone: 'warn', text: `Microsoft asked to wait. ${complete}` };
  }
  if (mailbox.status === 'degraded') return { tone: 'warn', text: complete };
  return { tone: 'ok', text: complete };
}

export const TONE_DOT: Record<Tone, string> = {
  ok: 'bg-ok',
  busy: 'bg-accent',
  warn: 'bg-warn',
  danger: 'bg-danger',
  off: 'bg-line-strong',
};
