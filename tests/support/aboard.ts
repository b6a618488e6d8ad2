// A yacht with its crew signed in and one Outlook mailbox connected: where stories about reading and linking begin.
import { expect } from 'vitest';

import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import type { NewMessage } from '../../sandbox/store/new-message.ts';
import { bootService, CORVINA, MELTEMI_ROSE, type SignedIn, type TestService } from './service.ts';
import { signInAtSandbox } from './sign-in.ts';

export const ENGINEER_MAIL = 'chief.engineer@corvina.test';

/** An answer's status and its JSON, whatever shape it has. */
// biome-ignore lint/suspicious/noExplicitAny: a story reads whatever shape came
export type Answer = { status: number; body: any };

export type Aboard = {
  sandbox: Sandbox;
  service: TestService;
  /** Owner of the connected mailbox. */
  engineer: SignedIn;
  captain: SignedIn;
  /** Aboard, but may not link. */
  deckhand: SignedIn;
  /** Captain of another yacht. */
  stranger: SignedIn;
  /** Puts a letter into the engineer's Outlook inbox; returns Graph's side of it. */
  deliver(letter: Partial<NewMessage>): ReturnType<Sandbox['store']['deliver']>;
  /** Syncs the engineer's mailbox and does what follows. */
  sync(): Promise<void>;
  /** The row of the engineer's inbox with this subject. */
  inboxRow(subject: string): Promise<Answer['body']>;
  close(): Promise<void>;
};

export async function ask(
  api: SignedIn,
  path: string,
  init: RequestInit & { json?: unknown } = {},
): Promise<Answer> {
  const { json, ...rest } = init;
  const answer = await api(path, json === undefined ? rest : { ...rest, body: JSON.stringify(json) });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}

export async function goAboard(): Promise<Aboard> {
  const sandbox = await startSandbox({ port: 0, httpsPort: null, world: 'empty', latencyMs: 0 });
  sandbox.store.createMailbox({ address: ENGINEER_MAIL, displayName: 'Chief engineer' });
  const service = await bootService({ sandboxUrl: sandbox.url });
  const [engineer, captain, deckhand, stranger] = await Promise.all([
    service.signIn(CORVINA.chiefEngineer),
    service.signIn(CORVINA.captain),
    service.signIn(CORVINA.deckhand),
    service.signIn(MELTEMI_ROSE.captain),
  ]);
  const inbox = async () => (await ask(engineer, '/api/threads?limit=200')).body.items;
  await connect(engineer);
  let minute = 0;
  return {
    sandbox,
    service,
    engineer,
    captain,
    deckhand,
    stranger,
    deliver: (letter) => {
      minute += 1;
      return sandbox.store.deliver(ENGINEER_MAIL, 'inbox', {
        subject: 'A letter',
        from: { name: 'Parts desk', address: 'parts@bergholt.example' },
        to: [{ name: 'Chief engineer', address: ENGINEER_MAIL }],
        receivedAt: new Date(Date.UTC(2026, 4, 4, 8, minute)),
        body: { contentType: 'text', content: 'Please see below.' },
        ...letter,
      });
    },
    sync: async () => {
      const { body } = await ask(engineer, '/api/watchers');
      await ask(engineer, `/api/watchers/${body.items[0].id}/sync`, { method: 'POST' });
      await service.drain();
    },
    inboxRow: async (subject) => {
      const row = (await inbox()).find((each: { subject: string }) => each.subject === subject);
      if (!row) throw new Error(`no "${subject}" in the inbox`);
      return row;
    },
    close: async () => {
      await service.stop();
      await sandbox.close();
    },
  };
}

async function connect(api: SignedIn): Promise<void> {
  const { body } = await ask(api, '/auth/outlook/authorize?purpose=read');
  const back = await signInAtSandbox(body.url, ENGINEER_MAIL);
  const answer = await api(back.pathname + back.search);
  expect(answer.headers.get('location')).toContain('outlook=connected');
}

/** The first work order that a search finds. */
export async function workOrderId(api: SignedIn, number: string): Promise<string> {
  const { body } = await ask(api, `/api/work-orders?q=${number}`);
  return body.items[0].id;
}
