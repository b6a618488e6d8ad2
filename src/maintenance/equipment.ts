// Equipment: the yacht's machinery as a tree.
import { sql } from 'kysely';

import { CelesteError } from '#base/errors.ts';
import { decodeCursor, toPage } from '#db/keyset.ts';
import type { TenantReader } from '#tenants/tenants.ts';

import { containsAll } from './matching.ts';

/** A piece of equipment in a list. */
export type Equipment = {
  id: string;
  code: string;
  name: string;
  manufacturer: string | null;
  model: string | null;
  serial_number: string | null;
  location: string | null;
  system: string | null;
  parent_id: string | null;
  criticality: 'critical' | 'important' | 'routine' | null;
  work_order_count: number;
};

export type EquipmentDetails = Equipment & {
  running_hours: number | null;
  parent: { id: string; code: string; name: string } | null;
  children: Equipment[];
};

export type EquipmentQuery = {
  /** Words that must all occur in the code, name, maker, model, serial number, place or system. */
  q?: string | undefined;
  cursor?: string | undefined;
  limit: number;
};

/** A page of equipment in the order of its codes. @throws CelesteError `invalid_cursor` */
export async function listEquipment(db: TenantReader, query: EquipmentQuery) {
  const key = query.cursor === undefined ? null : decodeCursor(query.cursor, ['text', 'uuid']);
  const text = sql`concat_ws(' ', e.code, e.name, e.manufacturer, e.model, e.serial_number, e.location, e.system)`;
  const rows = await equipment(db)
    .$if(!!query.q, (q) => q.where(containsAll(query.q ?? '', text)))
    .$if(key !== null, (q) => q.where(sql<boolean>`(e.code, e.id) > (${key?.[0]}, ${key?.[1]}::uuid)`))
    .orderBy('e.code')
    .orderBy('e.id')
    .limit(query.limit + 1)
    .execute();
  return toPage(rows, query.limit, (row) => [row.code, row.id]);
}

/** @throws CelesteError `not_found` */
export async function readEquipment(db: TenantReader, id: string): Promise<EquipmentDetails> {
  const row = await equipment(db)
    .leftJoin('pms_equipment as p', 'p.id', 'e.parent_id')
    .select(['e.running_hours', 'p.code as parent_code', 'p.name as parent_name'])
    .where('e.id', '=', id)
    .executeTakeFirst();
  if (!row) throw new CelesteError('not_found', 'There is no such equipment on this yacht.');
  const children = await equipment(db).where('e.parent_id', '=', id).orderBy('e.code').execute();
  const { parent_code: code, parent_name: name, ...own } = row;
  const parent = own.parent_id && code && name ? { id: own.parent_id, code, name } : null;
  return { ...own, parent, children };
}

function equipment(db: TenantReader) {
  return db
    .selectFrom('pms_equipment as e')
    .select(['e.id', 'e.code', 'e.name', 'e.manufacturer', 'e.model', 'e.serial_number', 'e.location'])
    .select(['e.system', 'e.parent_id', 'e.criticality'])
    .select(
      sql<number>`(select count(*)::int from pms_work_orders w where w.equipment_id = e.id)`.as(
        'work_order_count',
      ),
    );
}
