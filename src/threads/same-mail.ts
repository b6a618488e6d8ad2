// Which rows are copies of one mail. A Message-ID alone does not say so: devices reuse theirs, and whoever has
// seen one can send other mail under it, which must hide nothing and not be hidden. Pure.

export type Copy = {
  id: string;
  internet_message_id: string | null;
  from_address: string | null;
  subject: string | null;
  watcher_id: string;
  parent_folder_id: string | null;
  removed: boolean;
};

/** The rows oldest first, each with a name for its mail. */
export function withMailIds<Row extends Copy & { at: Date }>(rows: Row[]): (Row & { mail_id: string })[] {
  const ordered = rows.toSorted((a, b) => a.at.getTime() - b.at.getTime() || (a.id < b.id ? -1 : 1));
  const mails = mailIds(ordered);
  return ordered.map((row) => ({ ...row, mail_id: mails.get(row.id) ?? row.id }));
}

/**
 * A name for each row's mail, by the row's id: equal for copies of one mail. Copies agree in Message-ID, sender
 * and subject and lie in different mailboxes or folders (Sent and Inbox); two that lie in one folder are two
 * mails, as Outlook shows them. A copy that is gone stands for the one that took its place.
 *
 * @param rows oldest first, so that the first in each folder is the same mail in all of them
 */
export function mailIds(rows: Copy[]): Map<string, string> {
  if (rows.length === 1) return new Map(rows.map((row) => [row.id, row.id]));
  const seen = new Map<string, number>();
  const names = new Map<string, string>();
  for (const row of rows) {
    if (row.internet_message_id === null) {
      names.set(row.id, row.id);
      continue;
    }
    const mail = JSON.stringify([row.internet_message_id, row.from_address?.toLowerCase(), row.subject]);
    const place = JSON.stringify([mail, row.watcher_id, row.removed ? null : (row.parent_folder_id ?? '')]);
    const before = seen.get(place) ?? 0;
    seen.set(place, before + 1);
    names.set(row.id, `${mail}#${before}`);
  }
  return names;
}
