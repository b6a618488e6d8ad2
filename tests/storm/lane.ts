// Where storms blow: one sandbox and one yacht's database, used again and again; each storm has mailboxes of its own.
import { randomUUID } from 'node:crypto';

import { expect } from 'vitest';

import { createLog, type Log } from '#base/log.ts';
import type { Principal } from '#directory/principal.ts';

import { deltaSource, listSource, type MailSource } from '#sync/source.ts';

import { createMailWorld, type MailWorld } from '../support/mail.ts';
import { fillMailbox } from '../support/mail-story.ts';
import { Keepsakes } from './keepsakes.ts';
import { createLine, type Line } from './line.ts';
import type { Script } from './script.ts';

export type Lane = {
  world: MailWorld;
  line: Line;
  records: string[];
  /** What the sync said since the storm began. */
  trail: string[];
  log: Log;
  storms: number;
  /** How rounds ended, counted. */
  endings: Map<string, number>;
  /** In how many storms Microsoft asked somebody to wait, for so long. */
  told: number;
  close(): Promise<void>;
};

/** What one storm is about. */
export type Storm = {
  lane: Lane;
  people: Principal[];
  kept: Keepsakes;
  /** How mailboxes are read where they are. */
  source: MailSource;
  /** Microsoft asked somebody to wait. */
  isTold: boolean;
};

export async function openLane(): Promise<Lane> {
  const line = createLine();
  const world = await createMailWorld({ dispatcher: line.dispatcher });
  world.sandbox.conduct.crossingMs = 1_000;
  const trail: string[] = [];
  const log = createLog('warn', { format: 'json', write: (text) => void trail.push(text.trim()) });
  const records = [randomUUID(), randomUUID(), randomUUID()];
  await world.db
    .insertInto('pms_equipment')
    .values(records.map((id, n) => ({ id, yacht_id: world.yachtId, name: `Pump ${n}`, code: `P-${n}` })))
    .execute();
  return {
    world,
    line,
    records,
    trail,
    log,
    storms: 0,
    endings: new Map(),
    told: 0,
    close: world.close,
  };
}

/** A clean table and so many connected mailboxes with some mail in them, none of it read by us yet. */
export async function brew(
  lane: Lane,
  { mailboxes, cloud }: Pick<Script, 'mailboxes' | 'cloud'>,
): Promise<Storm> {
  const { world } = lane;
  lane.storms += 1;
  lane.trail.length = 0;
  world.sandbox.conduct.clear();
  calm(lane);
  Object.assign(world.sandbox.settings, { deadToken: '410', deadTokenCode: 'SyncStateNotFound', cloud });
  await world.tenant.pool.query(
    'truncate email_watchers, email_threads, auth_microsoft_tokens, email_request_places cascade',
  );
  const people: Principal[] = [];
  for (let n = 0; n < mailboxes; n += 1) {
    const person = world.person(`crew.${n}.${lane.storms}@corvina.test`);
    if (n === 0) fillMailbox(world.store, person.email);
    expect(await world.connect(person)).toMatchObject({ refusal: null });
    people.push(person);
  }
  const source = cloud === 'china' ? listSource : deltaSource;
  return { lane, people, kept: new Keepsakes(world, lane.records), source, isTold: false };
}

/** Faults end. What Microsoft does on any day (order, duplicates, sparse rows) goes on. */
export function calm({ world, line }: Lane): void {
  world.sandbox.faults.clear();
  line.expect([]);
  line.patience = null;
}
