// The shapes of what happened to a mailbox in answers: rounds, gaps, notices.
import { z } from '@hono/zod-openapi';

import { problemOn } from '#mailboxes/advice.ts';
import type { GapState } from '#mailboxes/gaps.ts';
import type { NoticeState } from '#mailboxes/notices.ts';
import type { RoundRecord } from '#mailboxes/rounds.ts';

import { TroubleSchema } from './context.ts';
import {
  isoTime,
  LastRoundSchema,
  OwnerSchema,
  openerOf,
  ownerBody,
  TimeSchema,
  type Viewer,
} from './shapes.ts';

export const RoundSchema = LastRoundSchema.extend({ code: z.string().nullable() }).openapi('Round');

export function roundBody(round: RoundRecord): z.infer<typeof RoundSchema> {
  return { ...round, started_at: isoTime(round.started_at), ended_at: isoTime(round.ended_at) };
}

export const GapSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum([
      ...(['cursor_lost', 'push_missed', 'subscription_removed', 'outage'] as const),
      ...(['count_mismatch', 'folder_unread'] as const),
    ]),
    detail: z.string().nullable().openapi({ description: 'A code that says more.' }),
    folder: z.string().nullable().openapi({
      description: 'Null for the mailbox as a whole, and for folders of a mailbox that is not yours.',
    }),
    noticed_at: z.iso.datetime(),
    since: TimeSchema.openapi({ description: 'Nothing was missing before this moment.' }),
    found: z.number().int().openapi({ description: 'Changes found while it was filled.' }),
    repaired_at: TimeSchema,
  })
  .openapi('Gap');

export function gapBody(gap: GapState): z.infer<typeof GapSchema> {
  return {
    ...gap,
    noticed_at: isoTime(gap.noticed_at),
    since: isoTime(gap.since),
    repaired_at: isoTime(gap.repaired_at),
  };
}

export const NoticeSchema = z
  .object({
    watcher_id: z.uuid(),
    kind: z.enum(['consent_lost', 'write_lost', 'stale', 'ended']),
    mailbox: z.string(),
    mailbox_kind: z.enum(['own', 'shared']),
    owner: OwnerSchema,
    mine: z.boolean(),
    raised_at: z.iso.datetime().openapi({
      description: 'Since when. Of `ended`, which follows from the mailbox alone, the moment of this answer.',
    }),
    complete_up_to: TimeSchema.openapi({ description: 'What came before this moment is here.' }),
    problem: TroubleSchema.nullable(),
  })
  .openapi('Notice');

export function noticeBody(
  { user_id, ...notice }: NoticeState,
  viewer: Viewer,
): z.infer<typeof NoticeSchema> {
  return {
    ...notice,
    owner: ownerBody({ user_id }, viewer),
    mine: viewer.mailboxes.includes(notice.watcher_id),
    problem: problemOn(
      notice.problem?.code ?? null,
      openerOf({ user_id, kind: notice.mailbox_kind }, viewer),
    ),
    raised_at: isoTime(notice.raised_at),
    complete_up_to: isoTime(notice.complete_up_to),
  };
}
