// Threads on a real database: grouping in any order, merges that lose nothing, and two mailboxes at once.
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { asWorker } from '#tenants/tenants.ts';

import { createTenant } from '../../tests/support/postgres.ts';
import {
  addMailbox,
  addRecords,
  deliver,
  type Letter,
  type Mailbox,
  openWorkersView,
  YACHT,
} from '../../tests/support/records.ts';
import { assignThreads } from './assign.ts';

let tenant: Awaited<ReturnType<typeof createTenant>>;
let chief: Mailbox;
let captain: Mailbox;

let view: ReturnType<typeof openWorkersView>;

beforeAll(async () => {
  tenant = await createTenant();
  view = openWorkersView(tenant.url);
});
afterAll(async () => {
  await view.end();
  await tenant.close();
});
beforeEach(async () => {
  await tenant.pool.query('truncate email_threads, email_watchers, pms_equipment cascade');
  chief = await addMailbox(tenant.tenants, 'chief@corvina.test');
  captain = await addMailbox(tenant.tenants, 'captain@corvina.test');
});

const query = async <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
  (await view.query(text, values)).rows;

/** Which messages are together, by Graph's ids. */
async function grouping(): Promise<string[]> {
  const rows = await query<{ ids: string }>(
    `select string_agg(message_id, '+' order by message_id) as ids from email_messages group by thread_id`,
  );
  return rows.map((row) => row.ids).sort();
}

describe('mail that arrives', () => {
  it('is one thread with its copies in other mailboxes and the answers to it', async () => {
    await deliver(tenant.tenants, chief, [{ id: 'a', conversation: 'c1', mail: 'm1' }]);
    await deliver(tenant.tenants, captain, [{ id: 'b', conversation: 'x1', mail: 'm1' }]);
    await deliver(tenant.tenants, captain, [{ id: 'c', conversation: 'x1', mail: 'm2' }]);
    expect(await grouping()).toEqual(['a+b+c']);
  });

  it('is not one thread because two mailboxes call a conversation alike', async () => {
    await deliver(tenant.tenants, chief, [{ id: 'a', conversation: 'c1' }]);
    await deliver(tenant.tenants, captain, [{ id: 'b', conversation: 'c1' }]);
    expect(await grouping()).toEqual(['a', 'b']);
  });

  it('changes nothing when it is applied again', async () => {
    const page: Letter[] = [
      { id: 'a', conversation: 'c1', mail: 'm1' },
      { id: 'b', conversation: 'c1', mail: 'm2' },
    ];
    const first = await deliver(tenant.tenants, chief, page);
    const before = await query('select * from email_thread_mailboxes');
    expect(await deliver(tenant.tenants, chief, page)).toEqual(first);
    expect(await query('select * from email_thread_mailboxes')).toEqual(before);
    expect(await query('select 1 from email_threads')).toHaveLength(1);
  });

  it('is one thread also when two mailboxes receive it at the same moment', async () => {
    const both = await Promise.all(
      [chief, captain].map((mailbox, index) =>
        deliver(
          tenant.tenants,
          mailbox,
          Array.from({ length: 20 }, (_, n) => ({
            id: `${index}-${n}`,
            conversation: `c${n}`,
            mail: `m${n}`,
          })),
        ),
      ),
    );
    const [ours, theirs] = both.map((delivered) => delivered.map((mail) => mail.threadId));
    expect(ours).toEqual(theirs);
  });

  it('groups the same in any order and in any batches', async () => {
    const ids = (prefix: string, count: number) =>
      fc.option(fc.constantFrom(...Array.from({ length: count }, (_, n) => `${prefix}${n}`)), { nil: null });
    const letter = fc.record({ box: fc.boolean(), conversation: ids('c', 4), mail: ids('m', 5) });
    const scenario = fc.array(letter, { minLength: 2, maxLength: 10 }).chain((letters) => {
      const named = letters.map((each, n) => ({ ...each, id: `g${n}` }));
      return fc.tuple(
        fc.shuffledSubarray(named, { minLength: named.length }),
        fc.integer({ min: 1, max: 4 }),
      );
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ([letters, batch]) => {
        const runs: string[][] = [];
        for (const [order, size] of [
          [letters.toSorted((a, b) => a.id.localeCompare(b.id)), letters.length],
          [letters, batch],
        ] as const) {
          await tenant.pool.query('truncate email_threads cascade');
          for (let at = 0; at < order.length; at += size) {
            const page = order.slice(at, at + size);
            for (const [mailbox, mine] of [
              [chief, page.filter((each) => each.box)],
              [captain, page.filter((each) => !each.box)],
            ] as const) {
              if (mine.length > 0) await deliver(tenant.tenants, mailbox, mine);
            }
          }
          runs.push(await grouping());
        }
        expect(runs[1]).toEqual(runs[0]);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

describe('threads that turn out to be one', () => {
  const apart: Letter[] = [
    { id: 'a', conversation: 'c1', mail: 'm1', subject: 'Pump' },
    { id: 'b', conversation: 'c2', mail: 'm2', subject: 'RE: Pump' },
  ];
  const joining: Letter = { id: 'c', conversation: 'c2', mail: 'm1', subject: 'RE: Pump' };

  it('leave a signpost, one row in each inbox, and the whole to be matched again', async () => {
    const [a, b] = await deliver(tenant.tenants, chief, apart);
    await query('update email_threads set needs_matching = false');
    const [c] = await deliver(tenant.tenants, chief, [joining]);
    const loser = c?.threadId === a?.threadId ? b : a;
    expect(await grouping()).toEqual(['a+b+c']);
    expect(await query('select id, needs_matching from email_threads where merged_into is null')).toEqual([
      { id: c?.threadId, needs_matching: true },
    ]);
    expect(await query('select merged_into from email_threads where id = $1', [loser?.threadId])).toEqual([
      { merged_into: c?.threadId },
    ]);
    expect(await query('select subject, message_count from email_thread_mailboxes')).toEqual([
      { subject: 'Pump', message_count: 3 },
    ]);
  });

  it('stay found by an address from before two merges', async () => {
    const delivered = await deliver(tenant.tenants, chief, [
      ...apart,
      { id: 'z', conversation: 'c3', mail: 'm3' },
    ]);
    await deliver(tenant.tenants, chief, [joining]);
    const [last] = await deliver(tenant.tenants, chief, [{ id: 'd', conversation: 'c3', mail: 'm2' }]);
    for (const { threadId } of delivered) {
      const [row] = await query<{ now: string }>(
        `select coalesce(merged_into, id) as now from email_threads where id = $1`,
        [threadId],
      );
      expect(row?.now).toBe(last?.threadId);
    }
  });

  it.each([
    ['linked', 'rejected', 'linked'],
    ['removed', 'linked', 'linked'],
    ['suggested', 'rejected', 'rejected'],
    ['removed', 'suggested', 'suggested'],
  ])('keep the stronger of a %s and a %s link to one record: %s', async (ofA, ofB, kept) => {
    const { workOrders, equipment } = await addRecords(tenant.tenants, ['WO-1']);
    const [a, b] = await deliver(tenant.tenants, chief, apart);
    const link = (threadId: string | undefined, targetId: string | undefined, state: string) =>
      query(
        `insert into email_links (yacht_id, thread_id, target_type, target_id, state, source, confidence)
         values ($1, $2, 'work_order', $3, $4, 'rule', 1)`,
        [YACHT, threadId, targetId, state],
      );
    await link(a?.threadId, workOrders[0], ofA);
    await link(b?.threadId, workOrders[0], ofB);
    await link(b?.threadId, equipment, 'linked');
    const [c] = await deliver(tenant.tenants, chief, [joining]);
    const links = await query('select thread_id, target_id, state from email_links order by target_id = $1', [
      equipment,
    ]);
    expect(links).toEqual([
      { thread_id: c?.threadId, target_id: workOrders[0], state: kept },
      { thread_id: c?.threadId, target_id: equipment, state: 'linked' },
    ]);
    const linked = kept === 'linked' ? 2 : 1;
    expect(await query('select linked_count from email_threads where id = $1', [c?.threadId])).toEqual([
      { linked_count: linked },
    ]);
    expect(await query(`select action from audit_log where action = 'link.merged'`)).not.toHaveLength(0);
  });
});

it('answers for a message that it holds, also when the page does not say of which conversation it is', async () => {
  const [a] = await deliver(tenant.tenants, chief, [{ id: 'a' }]);
  const nothing = { conversationId: null, internetMessageId: null, subject: null, at: null };
  const sparse = { ...nothing, messageId: 'a', threadId: a?.threadId };
  const { threadOf } = await tenant.tenants.transact(asWorker(YACHT), (tx) =>
    assignThreads(tx, [sparse], []),
  );
  expect([...threadOf]).toEqual([['a', a?.threadId]]);
});
