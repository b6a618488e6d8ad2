// Rounds, gaps and the way a mailbox is kept in step, in the crew's words.
import type { Gap, SyncRound, Watcher } from '../../api/types.ts';
import { clockTime, mediumDate } from '../../ui/dates.ts';
import { count, plural } from '../../ui/format.ts';

const FAULTS: Record<string, string> = {
  reauth_required: 'Outlook had to be connected again',
  not_connected: 'Outlook was not connected',
  throttled: 'Microsoft asked us to wait',
  graph_throttled: 'Microsoft asked us to wait',
  graph_transient: 'Microsoft could not be reached',
  graph_malformed: 'Microsoft answered with something unreadable',
  graph_unauthorized: 'Microsoft did not accept our access',
  graph_forbidden: 'Microsoft did not let us read it',
  graph_mailbox_unavailable: 'the mailbox was not available',
  graph_rejected: 'Microsoft refused a request of ours',
  identity_operator: 'Microsoft refused this service',
  identity_transient: 'the sign-in at Microsoft could not be reached',
  graph_not_found: 'Microsoft did not find it',
  graph_sync_state_lost: 'Microsoft forgot where we were',
  message_unanswered: 'Microsoft said nothing of a message in it',
  folders_incomplete: 'some folders could not be read',
  folders_left_out: 'some folders cannot be read',
};

/** Why a round did not end well, in the middle of a sentence. */
export function faultWords(code: string | null): string {
  if (code === null) return 'nobody was at work here';
  return FAULTS[code] ?? 'something unexpected happened';
}

const TRIGGERS: Record<SyncRound['trigger'], string> = {
  first: 'first sync',
  schedule: 'on schedule',
  person: 'asked for',
  push: 'told by Microsoft',
  retry: 'tried again',
};

/** "3 requests, 1 change, 0.4 s, on schedule". */
export function roundWords(
  round: Pick<SyncRound, 'requests' | 'changes' | 'milliseconds' | 'trigger'>,
): string {
  const { requests, changes, milliseconds, trigger } = round;
  const changed = changes === 0 ? 'no change' : plural(changes, 'change');
  return `${plural(requests, 'request')}, ${changed}, ${duration(milliseconds)}, ${TRIGGERS[trigger]}`;
}

/** "0.4 s", "12 s", "3 min". */
export function duration(milliseconds: number): string {
  if (milliseconds < 9_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds < 99_500) return `${Math.round(milliseconds / 1000)} s`;
  return `${count(Math.round(milliseconds / 60_000))} min`;
}

/** "15 minutes", "1 hour", "1 day". */
export function intervalWords(minutes: number): string {
  if (minutes === 1440) return '1 day';
  return minutes % 60 === 0 ? plural(minutes / 60, 'hour') : plural(minutes, 'minute');
}

/** Who says how often a mailbox is looked at, for somebody who does not. */
export function whoMayChange(kind: Watcher['kind']): string {
  return `${kind === 'shared' ? 'Whoever added it' : 'Its owner'}, or the captain, may change that.`;
}

/** What it means to end somebody else's mailbox: a paragraph each. `all`: the mailboxes aboard. */
export function endWords({ owner }: Pick<Watcher, 'owner'>, all: Watcher[]): string[] {
  const opened = all.filter(
    (each) => each.kind === 'shared' && each.owner.id === owner.id && each.status !== 'disconnected',
  );
  const shared = opened.map((each) => each.mailbox).join(', ');
  return [
    'New mail no longer arrives here, and the stored permissions to read and to write are erased.',
    ...(shared ? [`Shared mailboxes that were opened with it stop too: ${shared}.`] : []),
    'The mail that is here stays. What becomes of it is for its owner to say, who is told and can connect again at any time.',
  ];
}

type Kept = { push?: Pick<Watcher['push'], 'state' | 'heard_at'> };
const PUSHED: Watcher['push']['state'][] = ['active', 'renewing', 'reauthorizing'];

/** Whether Microsoft tells us of new mail or we ask; the interval follows. */
export function keptBy({ push }: Kept, now: Date): string {
  if (push?.state === 'silent') {
    const reach = push.heard_at
      ? `has not reached us since ${inSentence(push.heard_at, now, '')}`
      : 'does not reach us';
    return `Microsoft’s word of new mail ${reach}. We look every`;
  }
  return push && PUSHED.includes(push.state)
    ? 'Microsoft tells us within seconds. We also look every'
    : 'We look every';
}

/** What happened, and what came of it. */
export function gapWords(gap: Gap, now: Date): { what: string; outcome: string } {
  return { what: whatHappened(gap, now), outcome: whatCame(gap, now) };
}

function whatHappened({ kind, folder, detail, since, noticed_at }: Gap, now: Date): string {
  const where = folder ?? 'a folder';
  const at = inSentence(noticed_at, now);
  if (kind === 'cursor_lost') return `Outlook forgot where we were in ${where} ${at}`;
  if (kind === 'count_mismatch') return `Microsoft counted otherwise than we did in ${where} ${at}`;
  if (kind === 'folder_unread')
    return `${sentence(where)} could not be read to its end: ${faultWords(detail)}`;
  if (kind === 'push_missed')
    return `Microsoft may have told us of new mail without reaching us, noticed ${at}`;
  if (kind === 'subscription_removed') return `Microsoft stopped telling us of new mail ${at}`;
  const from = since ? ` from ${inSentence(since, now, '')}` : '';
  return `Nothing came through${from}: ${faultWords(detail)}`;
}

function whatCame({ kind, detail, repaired_at, noticed_at, found, since }: Gap, now: Date): string {
  if (repaired_at === null && detail?.startsWith('still_differs')) {
    return 'It was read again and still differs. Some mail may be missing: compare the folder in Outlook.';
  }
  if (repaired_at === null) {
    const after = since ? `What came after ${inSentence(since, now, '')}` : 'Some mail';
    return `${after} may be missing; it is read as soon as that works.`;
  }
  const sameDay =
    mediumDate(new Date(repaired_at), now).slice(0, -5) ===
    mediumDate(new Date(noticed_at), now).slice(0, -5);
  const by = sameDay ? clockTime(new Date(repaired_at)) : inSentence(repaired_at, now, '');
  const result = found === 0 ? 'nothing was missing' : `${plural(found, 'change')} found`;
  const done = kind === 'cursor_lost' || kind === 'count_mismatch' ? 'Read again' : 'All read';
  return `${done} by ${by}, ${result}.`;
}

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** "on 12 Nov at 06:40", "today at 06:40". */
function inSentence(iso: string, now: Date, on = 'on '): string {
  const words = mediumDate(new Date(iso), now);
  const [day, time] = [words.slice(0, -6), words.slice(-5)];
  const near = day === 'Today' || day === 'Yesterday';
  return `${near ? day.toLowerCase() : `${on}${day}`} at ${time}`;
}
