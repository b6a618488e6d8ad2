// What the banner says: what happened, what was kept, what to do.
import type { Notice, Purpose } from '../api/types.ts';
import { freshness } from '../ui/dates.ts';

/** `connect`: what is to be connected again; null where there is nothing but to look. */
export type NoticeWords = { title: string; detail: string; connect: Purpose | null };

/** The words for one notice, for whoever looks. */
export function noticeWords(notice: Notice, now: Date): NoticeWords {
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
          detail: `${kept} Newer mail comes once you have.`,
          connect: 'read',
        }
      : { title: `${notice.mailbox} has stopped.`, detail: `${kept} ${advice}`, connect: null };
  }
  const why = notice.problem?.message ?? 'No round has come to its end for an hour.';
  return {
    title: `${notice.mailbox} is behind.`,
    detail: `${why} ${kept} It is tried again by itself.`,
    connect: null,
  };
}
