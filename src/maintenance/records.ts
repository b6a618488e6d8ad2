// What others need to know of a record: that it exists, and what to call it.
import { CelesteError } from '#base/errors.ts';
import type { LinkTarget } from '#tenants/schema.ts';
import type { TenantReader } from '#tenants/tenants.ts';

export type RecordRef = { target_type: LinkTarget; target_id: string };
/** 'WO-1042' and its title, or an equipment's code and name. */
export type RecordName = RecordRef & { label: string; title: string };

/** Throws `not_found` unless the record exists on this yacht. */
export async function requireRecord(db: TenantReader, record: RecordRef): Promise<void> {
  const [found] = await nameRecords(db, [record]);
  if (found) return;
  const kind = record.target_type === 'work_order' ? 'work order' : 'equipment';
  throw new CelesteError('not_found', `There is no such ${kind} on this yacht.`, {
    advice: 'Search for it again: it may have been removed.',
  });
}

/** The names of those records that exist, in no particular order. */
export async function nameRecords(db: TenantReader, records: RecordRef[]): Promise<RecordName[]> {
  const idsOf = (type: LinkTarget) => [
    ...new Set(records.filter((record) => record.target_type === type).map((record) => record.target_id)),
  ];
  const [workOrders, equipment] = await Promise.all([
    nameWorkOrders(db, idsOf('work_order')),
    nameEquipment(db, idsOf('equipment')),
  ]);
  return [...workOrders, ...equipment];
}

/** The work orders with these numbers, compared without case, as id by upper-case number. */
export async function findWorkOrderIds(db: TenantReader, numbers: string[]): Promise<Map<string, string>> {
  if (numbers.length === 0) return new Map();
  const wanted = new Set(numbers.map((number) => number.toUpperCase()));
  const rows = await db
    .selectFrom('pms_work_orders')
    .select(['id', 'wo_number'])
    .where((eb) => eb(eb.fn<string>('upper', ['wo_number']), 'in', [...wanted]))
    .execute();
  return new Map(rows.map((row) => [row.wo_number.toUpperCase(), row.id]));
}

async function nameWorkOrders(db: TenantReader, ids: string[]): Promise<RecordName[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('pms_work_orders')
    .select(['id', 'wo_number', 'title'])
    .where('id', 'in', ids)
    .execute();
  return rows.map(({ id, wo_number, title }) => ({
    target_type: 'work_order',
    target_id: id,
    label: wo_number,
    title,
  }));
}

async function nameEquipment(db: TenantReader, ids: string[]): Promise<RecordName[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('pms_equipment')
    .select(['id', 'code', 'name'])
    .where('id', 'in', ids)
    .execute();
  return rows.map(({ id, code, name }) => ({
    target_type: 'equipment',
    target_id: id,
    label: code,
    title: name,
  }));
}
