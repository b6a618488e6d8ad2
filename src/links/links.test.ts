// Links on a real database: by rule and by hand, once each, with one audit row for each change.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Role } from '#directory/roles.ts';
import type { TenantScope, TenantWriter } from '#tenants/tenants.ts';

import { createTenant } from '../../tests/support/postgres.ts';
import {
  addMailbox,
  addRecords,
  deliver,
  type Mailbox,
  openWorkersView,
  YACHT,
} from '../../tests/support/records.ts';
import type { Actor } from './history.ts';
import { decideLink, linkByHand, removeLink, undoChange } from './links.ts';
import { matchThreads } from './match.ts';
import { viewLinks } from './views.ts';

let tenant: Awaited<ReturnType<typeof createTenant>>;
let view: ReturnType<typeof openWorkersView>;
let chief: Mailbox;
let captain: Mailbox;
let wo: string[];

beforeAll(async () => {
  tenant = await createTenant();
  view = openWorkersView(tenant.url);
});
afterAll(async () => {
  await view.end();
  await tenant.close();
});
beforeEach(async () => {
  await tenant.pool.query('alter table audit_log disable trigger audit_log_is_append_only');
  await tenant.pool.query('truncate email_threads, email_watchers, pms_equipment, audit_log cascade');
  await tenant.pool.query('alter table audit_log enable trigger audit_log_is_append_only');
  chief = await addMailbox(tenant.tenants, 'chief@corvina.test');
  captain = await addMailbox(tenant.tenants, 'captain@corvina.test');
  ({ workOrders: wo } = await addRecords(tenant.tenants, [
    'WO-1',
    'WO-2',
    'WO-3',
    'WO-4',
    'WO-5',
    'WO-6',
    'WO-1042',
  ]));
});

function as<T>(
  person: Mailbox,
  verb: (tx: TenantWriter, actor: Actor) => Promise<T>,
  role: Role = 'eto',
): Promise<T> {
  const scope: TenantScope = { yachtId: YACHT, caller: { kind: 'person', userId: person.userId, role } };
  const actor = { userId: person.userId, role, yachtId: YACHT, now: new Date() };
  return tenant.tenants.transact(scope, (tx) => verb(tx, actor));
}

const workOrder = (id = wo[0]) => ({ target_type: 'work_order' as const, target_id: id ?? '' });
const states = async () =>
  (await view.query('select state, source from email_links order by created_at, id')).rows;
const audit = async () =>
  (await view.query('select actor_kind, action from audit_log order by id')).rows.map(
    (row) => `${row.actor_kind} ${row.action}`,
  );
const match = () => matchThreads(tenant.tenants, YACHT);
const one = async (letter: Parameters<typeof deliver>[2][number]) => {
  const [mail] = await deliver(tenant.tenants, chief, [letter]);
  if (!mail) throw new Error('not delivered');
  return mail;
};

describe('the rule', () => {
  it('links a mail to the work order it names, with the words that say so', async () => {
    const mail = await one({ subject: 'Offer', text: 'Dear chief,\n\nour offer for WO-1042 is attached.' });
    const { links } = await match();
    expect(links).toMatchObject([{ thread_id: mail.threadId, target_id: wo[6], state: 'linked' }]);
    const { rows } = await view.query('select evidence, confidence from email_links');
    expect(rows).toEqual([
      {
        confidence: 0.95,
        evidence: [
          {
            signal: 'work_order_number',
            where: 'body',
            text: 'Dear chief, our offer for WO-1042 is attached.',
            email_id: mail.emailId,
          },
        ],
      },
    ]);
    expect(await audit()).toEqual(['rule link.linked']);
  });

  it('does nothing about numbers that do not exist, parts of numbers, drafts and the second look', async () => {
    await deliver(tenant.tenants, chief, [
      { subject: 'WO-104' },
      { subject: 'WO-10421' },
      { subject: 'TWO-1' },
      { subject: 'WO-9999' },
      { subject: 'WO-1', isDraft: true, folder: 'drafts' },
    ]);
    expect((await match()).links).toEqual([]);
    expect(await match()).toEqual({ threads: 0, links: [] });
  });

  it('only suggests what a list names', async () => {
    await one({ subject: 'Weekly report', text: 'WO-1 WO-2 WO-3 WO-4 WO-5 WO-6' });
    await match();
    expect(await states()).toEqual(Array(6).fill({ state: 'suggested', source: 'rule' }));
  });

  it('looks again when mail is added, and takes the better reason of one thread', async () => {
    await one({ subject: 'Pump', conversation: 'c', text: 'WO-1' });
    await match();
    await one({ subject: 'RE: Pump WO-2', conversation: 'c', text: 'WO-2 and WO-1' });
    expect((await match()).links).toMatchObject([{ target_id: wo[1], state: 'linked' }]);
    expect(await states()).toHaveLength(2);
  });

  it.each(['removed', 'rejected'] as const)('does not bring back what a person %s', async (state) => {
    await one({ subject: 'WO-1', conversation: 'c' });
    const [made] = (await match()).links;
    const linkId = made?.link_id ?? '';
    await as(chief, (tx, actor) =>
      state === 'removed' ? removeLink(tx, actor, linkId) : decideLink(tx, actor, { linkId, state }),
    );
    await one({ subject: 'RE: WO-1', conversation: 'c' });
    expect((await match()).links).toEqual([]);
    expect(await states()).toEqual([{ state, source: 'rule' }]);
  });
});

describe('a person', () => {
  it('links a mail once, however often and however fast they ask', async () => {
    const { emailId } = await one({});
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() =>
        as(chief, (tx, actor) => linkByHand(tx, actor, { emailId, target: workOrder() })),
      ),
    );
    expect(answers.filter((answer) => answer.created)).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.link.id)).size).toBe(1);
    expect(await states()).toEqual([{ state: 'linked', source: 'person' }]);
    expect(await audit()).toEqual(['person link.linked']);
  });

  it.each([
    ['an unknown mail', () => ({ emailId: crypto.randomUUID(), target: workOrder() })],
    ['an unknown work order', (emailId: string) => ({ emailId, target: workOrder(crypto.randomUUID()) })],
    [
      'a work order taken for equipment',
      (emailId: string) => ({
        emailId,
        target: { target_type: 'equipment' as const, target_id: wo[0] ?? '' },
      }),
    ],
  ])('cannot link %s, and nothing is written', async (_, request) => {
    const { emailId } = await one({});
    const linking = as(chief, (tx, actor) => linkByHand(tx, actor, request(emailId)));
    await expect(linking).rejects.toMatchObject({ code: 'not_found' });
    expect(await states()).toEqual([]);
    expect(await audit()).toEqual([]);
  });

  it("cannot link somebody else's private mail", async () => {
    const { emailId } = await one({});
    const linking = as(
      captain,
      (tx, actor) => linkByHand(tx, actor, { emailId, target: workOrder() }),
      'captain',
    );
    await expect(linking).rejects.toMatchObject({ code: 'not_found' });
  });

  it('cannot link at all as a deckhand, nor remove or decide', async () => {
    const { emailId } = await one({ subject: 'WO-1' });
    const [made] = (await match()).links;
    const linkId = made?.link_id ?? '';
    const verbs = [
      (tx: TenantWriter, actor: Actor) => linkByHand(tx, actor, { emailId, target: workOrder(wo[1]) }),
      (tx: TenantWriter, actor: Actor) => removeLink(tx, actor, linkId),
      (tx: TenantWriter, actor: Actor) => decideLink(tx, actor, { linkId, state: 'rejected' }),
      (tx: TenantWriter, actor: Actor) => undoChange(tx, actor, linkId),
    ];
    for (const verb of verbs) {
      await expect(as<unknown>(chief, verb, 'crew')).rejects.toMatchObject({ code: 'not_allowed' });
    }
    expect(await audit()).toEqual(['rule link.linked']);
  });

  it('may take back their own last change, once, and is told when it was not the last', async () => {
    const { emailId } = await one({ subject: 'WO-1' });
    const [made] = (await match()).links;
    const linkId = made?.link_id ?? '';
    await as(chief, (tx, actor) => removeLink(tx, actor, linkId));
    expect(await as(chief, (tx, actor) => undoChange(tx, actor, linkId))).toMatchObject({
      state: 'linked',
      source: 'rule',
    });
    expect(await as(chief, (tx, actor) => undoChange(tx, actor, linkId))).toMatchObject({ state: 'linked' });
    await as(chief, (tx, actor) => removeLink(tx, actor, linkId));
    await as(chief, (tx, actor) => linkByHand(tx, actor, { emailId, target: workOrder() }));
    await as(captain, (tx, actor) => removeLink(tx, actor, linkId), 'captain');
    await expect(as(chief, (tx, actor) => undoChange(tx, actor, linkId))).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await audit()).toEqual([
      'rule link.linked',
      'person link.removed',
      'person link.undone',
      'person link.removed',
      'person link.linked',
      'person link.removed',
    ]);
  });

  it('undoes a link that they made: it is gone, and says so to nobody else', async () => {
    const { emailId } = await one({});
    const { link } = await as(chief, (tx, actor) => linkByHand(tx, actor, { emailId, target: workOrder() }));
    const seen = await as(chief, async (tx) => viewLinks(tx, [link], chief.userId));
    expect(seen).toMatchObject([{ label: 'WO-1', title: 'Title of WO-1', can_undo: true }]);
    const undone = await as(chief, (tx, actor) => undoChange(tx, actor, link.id));
    expect(undone.state).toBe('removed');
    expect(await as(chief, async (tx) => viewLinks(tx, [undone], chief.userId))).toMatchObject([
      { can_undo: false },
    ]);
    await expect(as(captain, (tx, actor) => removeLink(tx, actor, link.id), 'captain')).rejects.toMatchObject(
      {
        code: 'not_found',
      },
    );
  });

  it('cannot show to everyone again what they took off a record and no longer see; undoing it they can', async () => {
    await one({ subject: 'WO-1' });
    const [made] = (await match()).links;
    const linkId = made?.link_id ?? '';
    await as(captain, (tx, actor) => removeLink(tx, actor, linkId), 'captain');
    const again = as(captain, (tx, actor) => decideLink(tx, actor, { linkId, state: 'linked' }), 'captain');
    await expect(again).rejects.toMatchObject({ code: 'not_found' });
    await as(captain, (tx, actor) => undoChange(tx, actor, linkId), 'captain');
    expect(await states()).toEqual([{ state: 'linked', source: 'rule' }]);
  });
});

describe('two people at one conversation', () => {
  type Verb = (tx: TenantWriter, actor: Actor) => Promise<{ link: { id: string } } | { id: string }>;

  /** The second is at it, and waits, before the first has ended. */
  async function atOnce(first: Verb, second: Verb): Promise<void> {
    const late = await as(chief, async (tx, actor) => {
      await first(tx, actor);
      const other = as(chief, second);
      await expect.poll(waiting).toBe(1);
      return { other };
    });
    await late.other;
  }
  const waiting = async () => {
    const { rowCount } = await tenant.pool.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rowCount;
  };
  const counted = async () => (await view.query('select linked_count as n from email_threads')).rows;

  it('are both counted, when they link it and when they take it off: nobody reads what is linked no more', async () => {
    const { emailId } = await one({ subject: 'Offer' });
    const link =
      (id?: string): Verb =>
      (tx, actor) =>
        linkByHand(tx, actor, { emailId, target: workOrder(id) });
    await atOnce(link(wo[0]), link(wo[1]));
    expect(await counted()).toEqual([{ n: 2 }]);
    const { rows } = await view.query<{ id: string }>('select id from email_links');
    const remove =
      (id = ''): Verb =>
      (tx, actor) =>
        removeLink(tx, actor, id);
    await atOnce(remove(rows[0]?.id), remove(rows[1]?.id));
    expect(await counted()).toEqual([{ n: 0 }]);
  });
});
