// Whoever has had several mailboxes says of one of them at a time what becomes of its mail: the one just disconnected,
// or one that somebody else ended. The others keep theirs, and wait to be decided about.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { asWorker } from '#tenants/tenants.ts';

import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { ask } from './support/aboard.ts';
import { letter } from './support/mail-story.ts';
import { bootService, CORVINA, type SignedIn, type TestService } from './support/service.ts';
import { signInAtSandbox } from './support/sign-in.ts';

const FIRST = 'chief.engineer@corvina.test';
const SECOND = 'night.desk@corvina.test';

let sandbox: Sandbox;
let service: TestService;
let engineer: SignedIn;
let captain: SignedIn;

beforeEach(async () => {
  sandbox = await startSandbox({ port: 0, httpsPort: null, world: 'empty', latencyMs: 0 });
  for (const address of [FIRST, SECOND]) {
    sandbox.store.createMailbox({ address, displayName: address });
    sandbox.store.deliver(address, 'inbox', letter(`For ${address}`));
  }
  service = await bootService({ sandboxUrl: sandbox.url });
  engineer = await service.signIn(CORVINA.chiefEngineer);
  captain = await service.signIn(CORVINA.captain);
});
afterEach(async () => {
  await service.stop();
  await sandbox.close();
});

async function connect(account: string, purpose = 'read'): Promise<string> {
  const { body } = await ask(engineer, `/auth/outlook/authorize?purpose=${purpose}`);
  const back = await signInAtSandbox(body.url, account);
  await engineer(back.pathname + back.search);
  await service.drain();
  return (await status()).watcher_id;
}

async function disconnect(mail: 'keep' | 'purge'): Promise<void> {
  await ask(engineer, '/auth/outlook/disconnect', { method: 'POST', json: { purpose: 'read', mail } });
  await service.drain();
}

async function end(who: SignedIn, id: string, mail = 'keep'): Promise<void> {
  const { status: answer } = await ask(who, `/api/watchers/${id}?mail=${mail}`, { method: 'DELETE' });
  expect(answer).toBe(204);
  await service.drain();
}

const status = async () => (await ask(engineer, '/auth/outlook/status')).body;
const notices = async () => (await ask(engineer, '/api/notices')).body.items;

/** The mailboxes whose mail is here. */
const held = async () => {
  const rows = await service.fleet.tenants.read(asWorker('corvina'), (db) =>
    db.selectFrom('email_messages').select('subject').orderBy('subject').execute(),
  );
  return rows.map(({ subject }) => subject?.replace('For ', ''));
};

describe('of several mailboxes', () => {
  it('one that was kept stays kept when another is deleted that the captain ended', async () => {
    await connect(SECOND);
    await disconnect('keep');
    const first = await connect(FIRST);
    await end(captain, first);
    // Names no mailbox, and none is connected.
    await disconnect('purge');
    expect(await held()).toEqual([FIRST, SECOND]);
    expect((await status()).ended).toEqual([{ id: first, mailbox: FIRST }]);
    await end(engineer, first, 'purge');
    expect(await held()).toEqual([SECOND]);
    expect((await status()).ended).toEqual([]);
  });

  it('one that the captain ended waits while another is connected and deleted', async () => {
    const first = await connect(FIRST);
    await end(captain, first);
    await connect(SECOND);
    expect(await notices()).toEqual([]);
    // Twice, as over a link that loses the first answer.
    await disconnect('purge');
    await disconnect('purge');
    expect(await held()).toEqual([FIRST]);
    expect(await notices()).toMatchObject([{ kind: 'ended', mailbox: FIRST }]);
    expect(await status()).toMatchObject({
      read: { state: 'not_connected', problem: { code: 'ended_by_captain' } },
      ended: [{ id: first, mailbox: FIRST }],
    });
    await end(engineer, first);
    expect(await notices()).toEqual([]);
    expect(await held()).toEqual([FIRST]);
  });

  it('deciding about one that was ended leaves the permissions of another alone', async () => {
    const first = await connect(FIRST);
    await end(captain, first);
    await connect(SECOND);
    await connect(SECOND, 'write');
    await end(captain, first);
    await end(engineer, first, 'purge');
    const connected = { state: 'connected', mailbox: SECOND };
    expect(await status()).toMatchObject({ read: connected, write: connected });
    expect(await held()).toEqual([SECOND]);
  });
});
