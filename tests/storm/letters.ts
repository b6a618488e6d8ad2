// The mail of a storm: plain and odd.
import type { NewMessage } from '../../sandbox/store/new-message.ts';
import type { MessageFlag } from '../../sandbox/store/types.ts';

/** Makes mail, each a minute after the one before. */
export type Postman = (subject: string, more?: Partial<NewMessage>) => NewMessage;

export function createPostman(): Postman {
  let minute = 0;
  return (subject, more = {}) => {
    minute += 1;
    return {
      subject,
      from: { name: 'Northwind Pumps', address: 'parts@northwind-pumps.test' },
      to: [{ name: 'Chief', address: 'chief.engineer@corvina.test' }],
      receivedAt: new Date(Date.UTC(2026, 3, 1, 6, minute)),
      body: { contentType: 'html', content: `<p>About <b>${subject}</b>, ${minute}.</p>` },
      ...more,
    };
  };
}

/** An internet message id that no other mail of the storm has. */
export const newMessageId = (mail: Postman): string => `<${mail('').receivedAt.getTime()}@fleet.test>`;

const SUBJECTS = ['Impeller', 'Filters', 'Class survey', 'Crane times', 'Fuel'];
export const subject = (n: number) => SUBJECTS[n % SUBJECTS.length] ?? '';

export function flagOf(n: number): MessageFlag {
  const day = (date: number) => ({ dateTime: `2026-05-0${date}T00:00:00.0000000`, timeZone: 'UTC' });
  if (n % 4 === 0) return { flagStatus: 'notFlagged' } as const;
  if (n % 4 === 1) return { flagStatus: 'complete', completedDateTime: day(3) } as const;
  return { flagStatus: 'flagged', startDateTime: day(1), dueDateTime: day(2 + (n % 5)) } as const;
}

export function odd(mail: Postman, n: number): NewMessage {
  const meeting = {
    odataType: '#microsoft.graph.eventMessageRequest',
    meetingMessageType: 'meetingRequest',
  } as const;
  const odds: Partial<NewMessage>[] = [
    meeting,
    { from: null, omit: ['from', 'sender', 'sentDateTime', 'conversationIndex'] },
    { subject: null, omit: ['subject', 'internetMessageId', 'body', 'bodyPreview'] },
    { subject: 'NUL \u0000 and half \ud83d', body: { contentType: 'text', content: 'a\u0000b\udc00' } },
    {
      sender: { name: 'Desk', address: 'desk@agent.test' },
      replyTo: [{ name: 'All', address: 'all@agent.test' }],
    },
    {
      cc: [{ name: '', address: 'no.name@agent.test' }],
      bcc: [{ name: 'Nobody', address: '' }],
      importance: 'low',
    },
  ];
  return mail(subject(n), odds[n % odds.length]);
}
