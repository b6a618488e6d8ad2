// What the banner says: what happened, what was kept, what to do.
import type { Notice, Purpose } from '../api/types.ts';
import { freshness } from '../ui/dates.ts';

/** `connect`: what is to be connected again; null where there is nothing but to look. */
export type NoticeWords = { title: string; detail: string; connect: Purpose | null };

/** A notice, and the other mailboxes it is true of. */
export type Said = Notice & { also: string[] };

/**
 * A consent that is lost is given again once, for all the mailboxes it opened: one notice for its owner and purpose,
 * by the name of the owner's own mailbox.
 */
export function onePerConsent(notices: Notice[]): Said[] {
  const said = new Map<string, Said>();
  const ownFirst = notices.toSorted(
    (a, b) => Number(a.mailbox_kind === 'shared') - Number(b.mailbox_kind === 'shared'),
  );
  for (const notice of ownFirst) {
    const about = notice.kind === 'stale' ? notice.watcher_id : notice.owner.id;
    const key = `${notice.kind} ${about}`;
    const first = said.get(key);
    if (first) first.also.push(notice.mailbox);
    else said.set(key, { ...notice, also: [] });
  }
  return [...said.values()];
}

/** The words for one notice, for whoever looks. */
export function noticeWords({ also, ...notice }: Said, now: Date): NoticeWords {
  const upTo = notice.complete_up_to ? freshness(new Date(notice.complete_up_to), now) : null;
  const kept = upTo ? `Mail up to ${upTo} is here.` : 'Mail synced so far is here.';
  const { display_name: name, is_you } = notice.owner;
  const advice = notice.problem?.advice ?? '';
  if (notice.kind === 'write_lost') {
    return is_you
      ? {
          title: 'Answers can no longer be sent from here.',
          detail: 'Microsoft wants you to allow writing again. Reading goes on.',
          connect: 'write',
        }
      : { title: `${name} can no longer send answers from here.`, detail: advice, connect: null };
  }
  if (notice.kind === 'consent_lost') {
    return is_you
      ? {
          title: `Microsoft wants you to connect ${notice.mailbox} again.`,
          detail: `${kept} Newer mail comes once you have${also.length ? `, also of ${list(also)}` : ''}.`,
          connect: 'read',
        }
      : {
          title: `${list([notice.mailbox, ...also])} ${also.length ? 'have' : 'has'} stopped.`,
          detail: `${kept} ${advice}`,
          connect: null,
        };
  }
  if (notice.kind === 'ended') {
    const title = notice.problem?.message ?? `${notice.mailbox} is disconnected.`;
    return { title, detail: advice, connect: 'read' };
  }
  const why = notice.problem?.message ?? 'No round has come to its end for an hour.';
  return {
    title: `${notice.mailbox} is behind.`,
    detail: `${why} ${kept} It is tried again by itself.`,
    connect: null,
  };
}

/** "a", "a and b", "a, b and c". */
const list = (mailboxes: string[]) => mailboxes.join(', ').replace(/, ([^,]*)$/, ' and $1');
