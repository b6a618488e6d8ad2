// What must survive every storm: the ids of our rows, the links people made, the bodies we keep.
import { type Kysely, sql } from 'kysely';
import { expect } from 'vitest';

import { CelesteError } from '#base/errors.ts';
import type { Principal } from '#directory/principal.ts';
import { linkByHand } from '#links/links.ts';
import type { TenantSchema } from '#tenants/schema.ts';
import { asWorker, type TenantScope } from '#tenants/tenants.ts';
import { readBody } from '#threads/body.ts';

import type { MailWorld } from '../support/mail.ts';

type Link = { emailId: string; targetId: string };

export class Keepsakes {
  readonly #world: MailWorld;
  readonly #records: string[];
  readonly #rowIds = new Map<string, string>();
  readonly #bodies = new Map<string, string>();
  readonly #links: Link[] = [];

  constructor(world: MailWorld, records: string[]) {
    this.#world = world;
    this.#records = records;
  }

  /** Notes the rows there are. Fails when a message has another row than before. */
  async lookAtRows(): Promise<void> {
    const rows = await this.#world.db.selectFrom('email_messages').select(['id', 'message_id']).execute();
    const ids = new Map(rows.map((row) => [row.message_id, row.id]));
    for (const [messageId, id] of this.#rowIds)
      expect(ids.get(messageId), 'a message keeps its row').toBe(id);
    for (const [messageId, id] of ids) this.#rowIds.set(messageId, id);
  }

  /** A person opens one of their mails; its HTML is kept with it. */
  async open(person: Principal, n: number): Promise<void> {
    const { yachtId, tenants, mailboxes } = this.#world;
    const mail = await this.#choose(person, n);
    if (!mail) return;
    const { open: openMailbox, openedBy } = mailboxes;
    const deps = { tenants, openMailbox, openedBy, crewNames: async () => new Map() };
    await readBody(deps, scopeOf(person), mail.id);
    const row = await tenants.read(asWorker(yachtId), (db) =>
      db
        .selectFrom('email_messages')
        .select('body_content')
        .where('id', '=', mail.id)
        .executeTakeFirstOrThrow(),
    );
    if (row.body_content !== null) this.#bodies.set(mail.id, row.body_content);
  }

  /** A person links one of their mails to a record. @returns the mail, by Microsoft's id */
  async link(person: Principal, n: number): Promise<string | null> {
    const mail = await this.#choose(person, n);
    const targetId = this.#records[n % this.#records.length];
    if (!mail || !targetId) return null;
    const { userId, role, yachtId } = person;
    const target = { target_type: 'equipment' as const, target_id: targetId };
    await this.#world.tenants.transact(scopeOf(person), (tx) =>
      linkByHand(tx, { userId, role, yachtId, now: this.#world.clock.now() }, { emailId: mail.id, target }),
    );
    this.#links.push({ emailId: mail.id, targetId });
    return mail.message_id;
  }

  /** Fails unless all of it is still there. */
  async expectKept(): Promise<void> {
    await this.lookAtRows();
    const { db } = this.#world;
    for (const [id, html] of this.#bodies) {
      const row = await db
        .selectFrom('email_messages')
        .select('body_content')
        .where('id', '=', id)
        .executeTakeFirst();
      expect(row?.body_content, 'a kept body stays').toBe(html);
    }
    for (const link of this.#links)
      expect(await linkStates(db, link), 'a link stays on its thread').toEqual(['linked']);
    expect(await linksAstray(db), 'links are where their thread is, and counted there').toEqual([]);
  }

  async #choose(person: Principal, n: number) {
    const mails = await this.#world.db
      .selectFrom('email_messages')
      .select(['id', 'message_id'])
      .where('user_id', '=', person.userId)
      .where('removed_at', 'is', null)
      .where('is_draft', '=', false)
      .orderBy('received_at')
      .orderBy('message_id')
      .execute();
    return mails[n % Math.max(1, mails.length)];
  }
}

const scopeOf = ({ yachtId, userId, role }: Principal): TenantScope => ({
  yachtId,
  caller: { kind: 'person', userId, role },
});

async function linkStates(db: Kysely<TenantSchema>, { emailId, targetId }: Link): Promise<string[]> {
  const rows = await db
    .selectFrom('email_links as l')
    .innerJoin('email_messages as m', 'm.thread_id', 'l.thread_id')
    .select('l.state')
    .where('m.id', '=', emailId)
    .where('l.target_id', '=', targetId)
    .execute();
  return rows.map((row) => row.state);
}

/** Threads that were merged and still have links, or do not have as many as they say. */
async function linksAstray(db: Kysely<TenantSchema>) {
  const { rows } = await sql`
    select t.id, t.merged_into, t.linked_count, count(l.id) as links
      from email_threads t left join email_links l on l.thread_id = t.id and l.state = 'linked'
     group by t.id
    having count(l.id) <> t.linked_count or (t.merged_into is not null and count(l.id) > 0)`.execute(db);
  return rows;
}

/** What a person asks for while their mailbox is in trouble may be refused, in words. */
export async function refusedInWords(ask: () => Promise<unknown>): Promise<void> {
  await ask().catch((error: unknown) => {
    if (!(error instanceof CelesteError)) throw error;
  });
}
