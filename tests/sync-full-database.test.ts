// A database without room: however long it lasts, a mailbox is tried again within two minutes of there being room.
import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Principal } from '#directory/principal.ts';

import { createMailWorld, type MailWorld } from './support/mail.ts';
import { fillMailbox } from './support/mail-story.ts';

let world: MailWorld;
let engineer: Principal;

beforeEach(async () => {
  world = await createMailWorld();
  engineer = world.person('chief.engineer@corvina.test');
  fillMailbox(world.store, engineer.email);
  await world.connect(engineer);
});
afterEach(() => world.close());

/** PostgreSQL's own answer when its disk is full, to every row of mail: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const fill = () =>
  world.tenant.pool.query(`
    create function full_disk() returns trigger language plpgsql as
      $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$;
    create trigger full_disk before insert on email_messages for each row execute function full_disk()`);
const makeRoom = () => world.tenant.pool.query('drop trigger full_disk on email_messages');

it('is tried again every minute or two, the tenth time too', async () => {
  await fill();
  for (let n = 0; n < 10; n += 1) {
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'degraded', code: 'database_full' });
    const { next_sync_at } = await world.watcher(engineer);
    expect((next_sync_at?.getTime() ?? 0) - world.clock.now().getTime()).toBeLessThan(2 * 60_000);
    world.clock.forward(2 * 60_000);
  }
  await makeRoom();
  expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
  await world.expectEqual(engineer);
});
