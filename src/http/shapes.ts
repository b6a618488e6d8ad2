// The shapes of mailboxes in answers: what the connection is, how the sync is doing.
import { z } from '@hono/zod-openapi';

import type { Role } from '#directory/roles.ts';
import { type Opener, problemOn, pushProblemOn } from '#mailboxes/advice.ts';
import type { FolderState } from '#mailboxes/folder-states.ts';
import { mayChange } from '#mailboxes/readers.ts';
import type { ConnectionState, ConnectionStatus } from '#mailboxes/status.ts';
import type { WatcherState } from '#mailboxes/watchers.ts';
import type { MailboxKind } from '#tenants/schema.ts';

import { TroubleSchema } from './context.ts';

/** A moment, where there is one. */
export const TimeSchema = z.iso.datetime().nullable();

const ConnectionSchema = z
  .object({
    configured: z.boolean(),
    state: z.enum(['not_connected', 'connected', 'reauth_required']),
    mailbox: z.string().nullable(),
    scopes: z.array(z.string()),
    missing_scopes: z.array(z.string()),
    expires_at: TimeSchema,
    connected_at: TimeSchema,
    problem: TroubleSchema.nullable(),
  })
  .openapi('Connection');

export const StatusSchema = z
  .object({
    read: ConnectionSchema,
    write: ConnectionSchema,
    watcher_id: z.uuid().nullable(),
    ended: z.array(z.object({ id: z.uuid(), mailbox: z.string() })).openapi({
      description:
        'While nothing is connected: your mailboxes that somebody else ended. DELETE /api/watchers/{id} leaves one so, and says what becomes of its mail.',
    }),
  })
  .openapi('OutlookStatus');

export function statusBody({ read, write, ...rest }: ConnectionStatus): z.infer<typeof StatusSchema> {
  return { read: connectionBody(read), write: connectionBody(write), ...rest };
}

function connectionBody(state: ConnectionState): z.infer<typeof ConnectionSchema> {
  return { ...state, expires_at: isoTime(state.expires_at), connected_at: isoTime(state.connected_at) };
}

/** A moment as ISO 8601 in UTC. */
export function isoTime(date: Date): string;
export function isoTime(date: Date | null): string | null;
export function isoTime(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}

const OutcomeSchema = z.enum(['synced', 'degraded', 'throttled', 'reauth_required', 'interrupted']);
const TriggerSchema = z.enum(['first', 'schedule', 'person', 'push', 'retry']);

export const LastRoundSchema = z
  .object({
    trigger: TriggerSchema.openapi({ description: 'Why it was looked at.' }),
    outcome: OutcomeSchema,
    requests: z.number().int().openapi({ description: 'To Microsoft; a batch counts as one.' }),
    changes: z.number().int().openapi({ description: 'Messages added, changed or removed.' }),
    milliseconds: z.number().int(),
    started_at: z.iso.datetime(),
    ended_at: z.iso.datetime(),
  })
  .openapi('LastRound');

/** With whose consent Microsoft opens it. */
export const OwnerSchema = z
  .object({ id: z.uuid(), display_name: z.string(), is_you: z.boolean() })
  .openapi('MailboxOwner');

export const WatcherSchema = z
  .object({
    id: z.uuid(),
    mailbox: z.string(),
    kind: z.enum(['own', 'shared']),
    owner: OwnerSchema,
    mine: z.boolean().openapi({ description: 'You read its mail.' }),
    may_change: z.boolean().openapi({
      description:
        'You opened it, or are the captain: how often it is looked at, who reads it, and when it ends is yours to say.',
    }),
    status: z.enum(['pending', 'active', 'degraded', 'reauth_required', 'paused', 'disconnected']),
    last_sync_at: TimeSchema,
    next_sync_at: TimeSchema,
    complete_up_to: TimeSchema.openapi({
      description: 'Everything Microsoft had before this moment is here, but for the folders left out.',
    }),
    folders_left_out: z.number().int().openapi({
      description: 'Folders that cannot be read for long, which complete_up_to says nothing about.',
    }),
    throttled_until: TimeSchema,
    interval_minutes: z.number().int(),
    last_round: LastRoundSchema.nullable().openapi({ description: 'The latest, whatever came of it.' }),
    reconciled_at: TimeSchema.openapi({
      description: 'When the counts of its folders were last compared with those of Microsoft.',
    }),
    problem: TroubleSchema.nullable(),
    syncing: z.boolean(),
    first_sync_done: z.boolean(),
    mail_deleted: z.boolean().openapi({
      description: 'Its mail is deleted here, or about to be, except what is on a work order or equipment.',
    }),
    progress: z.object({
      done: z.number().int(),
      total: z.number().int(),
      folders_done: z.number().int(),
      folders_total: z.number().int(),
    }),
    push: z
      .object({
        state: z.enum([
          ...(['none', 'creating', 'active', 'renewing', 'reauthorizing', 'removing', 'lost'] as const),
          'silent',
        ]),
        expires_at: TimeSchema,
        heard_at: TimeSchema.openapi({ description: 'The last notification of a change.' }),
        problem: TroubleSchema.nullable().openapi({
          description:
            'Why Microsoft does not notify us though it should: lost or silent. The mailbox is polled.',
        }),
      })
      .openapi({
        description:
          'Active, renewing, reauthorizing: Microsoft notifies us and changes are here within seconds. Else every interval_minutes. Silent: there is a subscription, and its notifications do not arrive.',
      }),
  })
  .openapi('Watcher');

const FolderSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    path: z.string(),
    well_known_name: z.string().nullable(),
    in_inbox: z.boolean(),
    phase: z.enum(['pending', 'initial', 'delta']),
    done: z.number().int(),
    total: z.number().int(),
    synced_at: TimeSchema,
    problem: TroubleSchema.nullable().openapi({ description: 'Why it was not read to its end.' }),
    failing_since: TimeSchema,
  })
  .openapi('Folder');

export const WatcherWithFoldersSchema = WatcherSchema.extend({ folders: z.array(FolderSchema) }).openapi(
  'WatcherWithFolders',
);

/** For whom a watcher is shown: the mailboxes they read, by watcher id, and the names of the people aboard. */
export type Viewer = {
  userId: string;
  role: Role;
  mailboxes: string[];
  names: ReadonlyMap<string, string>;
};

type Owned = { user_id: string; kind: MailboxKind };

/** Who opened a mailbox, as an answer shows them to this viewer. */
export function ownerBody({ user_id }: Pick<Owned, 'user_id'>, viewer: Viewer): z.infer<typeof OwnerSchema> {
  const display_name = viewer.names.get(user_id) ?? 'Someone no longer aboard';
  return { id: user_id, display_name, is_you: user_id === viewer.userId };
}

/** Who has to be asked when it is in trouble; null when that is the viewer. */
export function openerOf({ user_id, kind }: Owned, viewer: Viewer): Opener | null {
  return user_id === viewer.userId ? null : { name: viewer.names.get(user_id) ?? null, kind };
}

export function watcherBody(watcher: WatcherState, viewer: Viewer): z.infer<typeof WatcherSchema> {
  const { user_id, ...rest } = watcher;
  const opener = openerOf(watcher, viewer);
  return {
    ...rest,
    owner: ownerBody(watcher, viewer),
    mine: viewer.mailboxes.includes(watcher.id),
    may_change: mayChange(viewer, user_id),
    problem: problemOn(rest.problem?.code ?? null, opener),
    last_sync_at: isoTime(rest.last_sync_at),
    next_sync_at: isoTime(rest.next_sync_at),
    complete_up_to: isoTime(rest.complete_up_to),
    throttled_until: isoTime(rest.throttled_until),
    push: {
      state: rest.push.state,
      expires_at: isoTime(rest.push.expires_at),
      heard_at: isoTime(rest.push.heard_at),
      problem: pushProblemOn(rest.push.problem?.code ?? null, opener),
    },
    reconciled_at: isoTime(rest.reconciled_at),
  };
}

export function folderBody(folder: FolderState): z.infer<typeof FolderSchema> {
  return {
    ...folder,
    synced_at: isoTime(folder.synced_at),
    failing_since: isoTime(folder.failing_since),
  };
}
