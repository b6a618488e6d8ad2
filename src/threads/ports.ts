// What reading a mail needs from outside this folder.
import type { Graph } from '#microsoft/graph-client.ts';
import type { Tenants } from '#tenants/tenants.ts';

/** Opens a mailbox for reading, with the consent of whoever connected it. Whoever calls has checked that it may be read. */
export type OpenMailbox = (yachtId: string, watcherId: string) => Promise<Graph>;

export type MailDeps = { tenants: Tenants; openMailbox: OpenMailbox };
