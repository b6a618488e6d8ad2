import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createLog } from '#base/log.ts';

import { createMaster, type TestDatabase } from '../../tests/support/postgres.ts';
import { addUser } from './add-user.ts';
import { createAuth } from './auth.ts';
import { addYacht } from './directory.ts';
import type { MasterSchema } from './schema.ts';

const APP_URL = 'http://localhost:3000';
const PASSWORD = 'correct horse battery';
const secret = 'a-secret-of-forty-characters-for-the-test';
let master: TestDatabase<MasterSchema>;
let captain: string;
let deckhand: string;

beforeAll(async () => {
  master = await createMaster();
  await addYacht(master.db, {
    yachtId: 'corvina',
    yachtName: 'M/Y Corvina',
    alias: 'CORVINA',
    sealedDatabaseUrl: null,
  });
  const yachtId = 'corvina';
  captain = await addUser(master.db, {
    yachtId,
    email: 'Captain@corvina.test',
    role: 'captain',
    displayName: 'Ines Roca',
    password: PASSWORD,
  });
  deckhand = await addUser(master.db, {
    yachtId,
    email: 'deck@corvina.test',
    role: 'crew',
    displayName: 'Tom Vale',
    demo: true,
  });
});
afterAll(() => master.close());

function auth({ appUrl = APP_URL, demo = false } = {}) {
  return createAuth({ master: master.db, appUrl, secret, demo, log: createLog('silent') });
}

function post(path: string, body: object, headers: Record<string, string> = {}): Request {
  return new Request(`${APP_URL}/api/auth${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      origin: APP_URL,
      'x-celeste-client-address': '192.0.2.1',
      ...headers,
    },
    body: JSON.stringify(body),
  });
}

const byPassword = (password: string, address = '192.0.2.1') =>
  post(
    '/sign-in/email',
    { email: 'captain@corvina.test', password },
    { 'x-celeste-client-address': address },
  );

const cookieOf = (answer: Response) => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

describe('sign-in', () => {
  it('gives a session cookie that scripts cannot read, and that says who it is', async () => {
    const answer = await auth().handle(byPassword(PASSWORD));
    expect(answer.status).toBe(200);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^celeste\.session_token=/);
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/);
    expect(cookie).not.toMatch(/Secure/);
    const session = await auth().sessionOf(new Headers({ cookie: cookieOf(answer) }));
    expect(session?.userId).toBe(captain);
  });

  it('marks the cookie Secure under https', async () => {
    const appUrl = 'https://mail.example.com';
    const request = byPassword(PASSWORD, '192.0.2.2');
    const answer = await auth({ appUrl }).handle(new Request(request.url.replace(APP_URL, appUrl), request));
    expect(answer.headers.get('set-cookie')).toMatch(/^__Secure-celeste\.session_token=.*Secure/);
  });

  it('ends with sign-out, on the server too', async () => {
    const cookie = cookieOf(await auth().handle(byPassword(PASSWORD, '192.0.2.3')));
    await auth().handle(post('/sign-out', {}, { cookie }));
    expect(await auth().sessionOf(new Headers({ cookie }))).toBeNull();
  });

  it('refuses a wrong password and an altered cookie', async () => {
    expect((await auth().handle(byPassword('wrong', '192.0.2.4'))).status).toBe(401);
    const cookie = cookieOf(await auth().handle(byPassword(PASSWORD, '192.0.2.4')));
    expect(await auth().sessionOf(new Headers({ cookie: `${cookie}x` }))).toBeNull();
  });

  it('slows down who guesses, and only them', async () => {
    const attempts = [];
    for (let i = 0; i < 5; i++) attempts.push((await auth().handle(byPassword('wrong', '192.0.2.5'))).status);
    expect(attempts).toContain(429);
    expect((await auth().handle(byPassword(PASSWORD, '192.0.2.6'))).status).toBe(200);
  });

  it('lets nobody sign up', async () => {
    const answer = await auth().handle(
      post('/sign-up/email', { email: 'x@example.com', password: PASSWORD, name: 'X' }),
    );
    expect(answer.ok).toBe(false);
    expect(
      await master.db.selectFrom('auth_users').selectAll().where('email', '=', 'x@example.com').execute(),
    ).toEqual([]);
  });
});

describe('demo sign-in', () => {
  const click = (user_id: string) => post('/demo/sign-in', { user_id });

  it('signs in as one of the demo crew', async () => {
    const answer = await auth({ demo: true }).handle(click(deckhand));
    expect(answer.status).toBe(200);
    expect(await auth().sessionOf(new Headers({ cookie: cookieOf(answer) }))).toMatchObject({
      userId: deckhand,
    });
  });

  it('knows nobody else', async () => {
    expect((await auth({ demo: true }).handle(click(captain))).status).toBe(404);
  });

  it('does not exist outside demo mode', async () => {
    expect((await auth().handle(click(deckhand))).status).toBe(404);
  });
});
