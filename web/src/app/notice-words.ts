// What the banner says: what happened, what was kept, what to do.
import type { Notice } from '../api/types.ts';
import { freshness } from '../ui/dates.ts';

export type NoticeWords = { title: string; detail: string; action: 'connect' | 'look' };

/** The words for one notice, for the person with this id. */
export function noticeWords(notice: Notice, userId: string, now: Date): NoticeWords {
  const upTo = notice.complete_up_to ? freshness(new Date(notice.complete_up_to), now) : null;
  const kept = upTo ? `Mail up to ${upTo} is here.` : 'Mail synced so far is here.';
  const isOwner = notice.owner.id === userId;
  if (notice.kind === 'consent_lost') {
    return isOwner
      ? {
          title: `Microsoft wants you to connect ${notice.mailbox} again.`,
          detail: `${kept} Newer mail comes once you have.`,
          action: 'connect',
        }
      : {
          title: `${notice.mailbox} has stopped.`,
          detail: `${kept} Only ${notice.owner.display_name} can connect it again.`,
          action: 'look',
        };
  }
  const why = notice.problem?.message ?? 'No round has come to its end for an hour.';
  return {
    title: `${notice.mailbox} is behind.`,
    detail: `${why} ${kept} It is tried again by itself.`,
    action: 'look',
  };
}
