// The mail that the sync stories begin with: small, but with a bit of everything a mailbox holds.
import type { NewMessage } from '../../sandbox/store/new-message.ts';
import type { SandboxStore } from '../../sandbox/store/sandbox-store.ts';
import type { StoredMessage } from '../../sandbox/store/types.ts';

const CREW = { name: 'Chief Engineer', address: 'chief.engineer@corvina.test' };
const VENDOR = { name: 'Northwind Pumps', address: 'parts@northwind-pumps.test' };

let minute = 0;

/** A letter from a vendor, a minute after the one before it. */
export function letter(subject: string | null, more: Partial<NewMessage> = {}): NewMessage {
  minute += 1;
  return {
    subject,
    from: VENDOR,
    to: [CREW],
    receivedAt: new Date(Date.UTC(2026, 3, 1, 6, minute)),
    body: { contentType: 'html', content: `<p>About ${subject}.</p>` },
    ...more,
  };
}

/** Folders in three levels, a hidden one, a search folder, and odd items in between. */
export function fillMailbox(store: SandboxStore, address: string): void {
  store.createFolder(address, { name: 'Vendors', parent: 'inbox' });
  store.createFolder(address, { name: 'Northwind Pumps', parent: 'Inbox/Vendors' });
  store.createFolder(address, { name: 'Yard period' });
  store.createFolder(address, { name: 'Machine notes', hidden: true });
  store.createFolder(address, {
    name: 'Unread mail',
    search: { sourceFolders: ['inbox'], filterQuery: 'isRead eq false' },
  });
  const first = store.deliver(address, 'inbox', letter('Impeller for the port pump'));
  store.deliver(address, 'sentitems', reply(first, { from: CREW, to: [VENDOR], isRead: true }));
  store.deliver(address, 'Inbox/Vendors/Northwind Pumps', reply(first));
  for (let n = 1; n <= 12; n += 1)
    store.deliver(address, 'inbox', letter(`Daily report ${n}`, { isRead: n % 2 === 0 }));
  store.deliver(
    address,
    'inbox',
    letter('Штурман: карты', { categories: ['Navigation'], flag: 'flagged', importance: 'high' }),
  );
  store.deliver(address, 'inbox', letter('Σχετικά με το ταξίδι \u202eabc'));
  store.deliver(address, 'inbox', letter(null, { omit: ['subject', 'from', 'sentDateTime'], from: null }));
  store.deliver(
    address,
    'inbox',
    letter('Survey', {
      odataType: '#microsoft.graph.eventMessageRequest',
      meetingMessageType: 'meetingRequest',
    }),
  );
  store.deliver(
    address,
    'Inbox/Vendors',
    letter('Price list', {
      attachments: [
        {
          kind: 'file',
          name: 'list.txt',
          contentType: 'text/plain',
          content: new TextEncoder().encode('1,2,3'),
        },
      ],
    }),
  );
  store.deliver(address, 'Yard period', letter('Crane times'));
  store.deliver(address, 'Machine notes', letter('Counter'));
  store.deliver(address, 'junkemail', letter('You have won'));
  store.deliver(address, 'deleteditems', letter('Old menu'));
  store.deliver(
    address,
    'drafts',
    letter('Half a letter', { isDraft: true, from: null, omit: ['from', 'sender'] }),
  );
}

/** An answer in the same conversation. */
export function reply(to: StoredMessage, more: Partial<NewMessage> = {}): NewMessage {
  return letter(`RE: ${to.subject}`, {
    inReplyTo: to.internetMessageId,
    references: [to.internetMessageId],
    ...more,
  });
}
