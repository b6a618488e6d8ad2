// The shapes the page works with: those of the service's answers, by name.
import type { InferResponseType } from 'hono/client';

import type { service } from './client.ts';

type Api = (typeof service)['api'];
type Outlook = (typeof service)['auth']['outlook'];

export type Instance = InferResponseType<Api['instance']['$get'], 200>;
export type DemoUser = Instance['demo_users'][number];
export type Me = InferResponseType<Api['me']['$get'], 200>;

export type OutlookStatus = InferResponseType<Outlook['status']['$get'], 200>;
export type Purpose = 'read' | 'write';
export type Connection = OutlookStatus[Purpose];
/** What becomes of the mail that is here when a mailbox is disconnected. */
export type MailChoice = 'keep' | 'purge';
export type Watcher = InferResponseType<Api['watchers']['$get'], 200>['items'][number];
export type Folder = InferResponseType<Api['watchers'][':id']['$get'], 200>['folders'][number];
export type SyncRound = InferResponseType<Api['watchers'][':id']['rounds']['$get'], 200>['items'][number];
export type Gap = InferResponseType<Api['watchers'][':id']['gaps']['$get'], 200>['items'][number];
export type Notice = InferResponseType<Api['notices']['$get'], 200>['items'][number];

export type ThreadRow = InferResponseType<Api['threads']['$get'], 200>['items'][number];
export type LinkChip = ThreadRow['links'][number];
export type Thread = InferResponseType<Api['threads'][':id']['$get'], 200>;
export type Message = Thread['messages'][number];
export type Link = Thread['links'][number];

export type WorkOrder = InferResponseType<Api['work-orders']['$get'], 200>['items'][number];
export type WorkOrderDetails = InferResponseType<Api['work-orders'][':id']['$get'], 200>;
export type Equipment = InferResponseType<Api['equipment']['$get'], 200>['items'][number];
export type EquipmentDetails = InferResponseType<Api['equipment'][':id']['$get'], 200>;
export type Page<T> = { items: T[]; next_cursor: string | null };
export type Body = InferResponseType<Api['emails'][':id']['body']['$get'], 200>;
export type Attachment = InferResponseType<Api['emails'][':id']['attachments']['$get'], 200>['items'][number];
