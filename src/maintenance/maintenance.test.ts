// The demo yachts' records, seeded and found again as a person would look for them.
import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { asWorker } from '#tenants/tenants.ts';

import { createTenant } from '../../tests/support/postgres.ts';
import { type DemoRecords, seedDemoRecords } from './demo.ts';
import { listEquipment, readEquipment } from './equipment.ts';
import { findWorkOrderIds, nameRecords, requireRecord } from './records.ts';
import { listWorkOrders, readWorkOrder, type WorkOrderQuery } from './work-orders.ts';

const YACHT = 'corvina';
const file = new URL('../../demo/corvina.json', import.meta.url);
const records: DemoRecords = JSON.parse(readFileSync(file, 'utf8'));
const now = new Date('2026-06-01T08:00:00Z');
let tenant: Awaited<ReturnType<typeof createTenant>>;

beforeAll(async () => {
  tenant = await createTenant();
  await seed(now);
});
afterAll(() => tenant.close());

const seed = (at: Date) =>
  tenant.tenants.transact(asWorker(YACHT), (tx) => seedDemoRecords(tx, YACHT, { records, now: at }));
const read: <T>(fn: Parameters<typeof tenant.tenants.read<T>>[1]) => Promise<T> = (fn) =>
  tenant.tenants.read(asWorker(YACHT), fn);

async function allWorkOrders(query: Partial<WorkOrderQuery>) {
  const items = [];
  let cursor: string | undefined;
  do {
    const page = await read((db) => listWorkOrders(db, { limit: 25, cursor, ...query }));
    items.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}

describe('seeding', () => {
  it('puts every record there, dated from that day, and once', async () => {
    const before = await allWorkOrders({});
    await seed(new Date('2027-01-01'));
    expect(await allWorkOrders({})).toEqual(before);
    expect(before).toHaveLength(records.work_orders.length);
    const sample = records.work_orders.find((row) => row.due_in_days !== null);
    const seeded = before.find((row) => row.wo_number === sample?.wo_number);
    const due = new Date(now.getTime() + (sample?.due_in_days ?? 0) * 86_400_000);
    expect(seeded?.due_date).toBe(due.toISOString().slice(0, 10));
  });

  it('refuses equipment that stands under nothing', async () => {
    const [first] = records.equipment;
    const orphan = {
      equipment: [{ ...first, code: 'X-1', parent_code: 'NOWHERE' }],
      work_orders: [],
    } as DemoRecords;
    const seeding = tenant.tenants.transact(asWorker(YACHT), (tx) =>
      seedDemoRecords(tx, YACHT, { records: orphan, now }),
    );
    await expect(seeding).rejects.toThrow('X-1');
  });
});

describe('work orders', () => {
  it('come page by page, each once: what is to be done first, newest numbers first', async () => {
    const items = await allWorkOrders({});
    expect(new Set(items.map((row) => row.id)).size).toBe(items.length);
    const done = items.map((row) => row.status === 'completed' || row.status === 'cancelled');
    expect(done).toEqual(done.toSorted());
    const open = items.filter((_, index) => !done[index]).map((row) => Number(row.wo_number.slice(3)));
    expect(open).toEqual(open.toSorted((a, b) => b - a));
  });

  it('are found by words of the number, the title and the equipment, and by status', async () => {
    expect((await allWorkOrders({ q: 'wo-1001' })).map((row) => row.wo_number)).toEqual(['WO-1001']);
    const service = await allWorkOrders({ q: 'ENGINE port' });
    expect(service.length).toBeGreaterThan(0);
    for (const row of service) expect(`${row.title} ${row.equipment?.name}`.toLowerCase()).toMatch(/engine/);
    const waiting = await allWorkOrders({ status: ['waiting_parts', 'on_hold'] });
    expect(new Set(waiting.map((row) => row.status))).toEqual(new Set(['waiting_parts', 'on_hold']));
  });

  it('are searched for what was typed: a percent sign finds a percent sign', async () => {
    const everything = await allWorkOrders({});
    expect((await allWorkOrders({ q: '%' })).length).toBeLessThan(everything.length);
    expect(await allWorkOrders({ q: 'WO_1001' })).toEqual([]);
  });

  it('have a page, or do not exist', async () => {
    const [row] = await allWorkOrders({ q: 'WO-1001' });
    expect(await read((db) => readWorkOrder(db, row?.id ?? ''))).toMatchObject({ wo_number: 'WO-1001' });
    await expect(read((db) => readWorkOrder(db, crypto.randomUUID()))).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('equipment', () => {
  it('is found by maker, model and serial number', async () => {
    const item = records.equipment.find((row) => row.serial_number !== null && row.manufacturer !== null);
    const q = `${item?.serial_number} ${item?.manufacturer}`;
    const { items } = await read((db) => listEquipment(db, { q, limit: 10 }));
    expect(items.map((row) => row.code)).toEqual([item?.code]);
  });

  it('stands in a tree', async () => {
    const child = records.equipment.find((row) => row.parent_code !== null);
    const { items } = await read((db) => listEquipment(db, { q: child?.code, limit: 10 }));
    const details = await read((db) =>
      readEquipment(db, items.find((row) => row.code === child?.code)?.id ?? ''),
    );
    expect(details.parent?.code).toBe(child?.parent_code);
    const parent = await read((db) => readEquipment(db, details.parent?.id ?? ''));
    expect(parent.children.map((row) => row.code)).toContain(child?.code);
  });

  it('comes page by page in the order of its codes, each once', async () => {
    const codes: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await read((db) => listEquipment(db, { limit: 20, cursor }));
      codes.push(...page.items.map((row) => row.code));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(new Set(codes).size).toBe(records.equipment.length);
    expect(codes).toHaveLength(records.equipment.length);
  });
});

describe('names', () => {
  it('are given for what exists, and numbers are compared without case', async () => {
    const ids = await read((db) => findWorkOrderIds(db, ['wo-1001', 'WO-999999']));
    expect([...ids.keys()]).toEqual(['WO-1001']);
    const known = { target_type: 'work_order' as const, target_id: ids.get('WO-1001') ?? '' };
    const unknown = { target_type: 'equipment' as const, target_id: known.target_id };
    expect(await read((db) => nameRecords(db, [known, unknown]))).toMatchObject([{ label: 'WO-1001' }]);
    await expect(read((db) => requireRecord(db, unknown))).rejects.toMatchObject({ code: 'not_found' });
  });
});
