// The yacht's maintenance records, as CelesteOS keeps them: work orders and equipment. This folder alone knows
// the pms_ tables; it knows nothing of mail.
import { sql } from 'kysely';

import { CelesteError } from '#base/errors.ts';
import { decodeCursor, toPage } from '#db/keyset.ts';
import type { WorkOrderPriority, WorkOrderStatus } from '#tenants/schema.ts';
import type { TenantReader } from '#tenants/tenants.ts';

import { containsAll } from './matching.ts';

/** A work order in a list. `due_date` is 'YYYY-MM-DD'. */
export type WorkOrder = {
  id: string;
  wo_number: string;
  title: string;
  status: WorkOrderStatus;
  priority: WorkOrderPriority;
  due_date: string | null;
  equipment: { id: string; code: string; name: string } | null;
  updated_at: Date;
};

export type WorkOrderDetails = WorkOrder & {
  description: string | null;
  assigned_to: string | null;
  created_at: Date;
  completed_at: Date | null;
};

export type WorkOrderQuery = {
  /** Words that must all occur in the number, the title or the equipment's code or name. */
  q?: string | undefined;
  status?: WorkOrderStatus[] | undefined;
  equipmentId?: string | undefined;
  cursor?: string | undefined;
  limit: number;
};

/**
 * A page of work orders: those still to be done first, then by number, newest first.
 *
 * @throws CelesteError `invalid_cursor`
 */
export async function listWorkOrders(db: TenantReader, query: WorkOrderQuery) {
  const key = query.cursor === undefined ? null : decodeCursor(query.cursor, ['integer', 'integer', 'uuid']);
  const rows = await workOrders(db)
    .select([isOpen.as('open'), numberOf.as('number')])
    .$if(!!query.q, (q) =>
      q.where(
        containsAll(
          query.q ?? '',
          sql`concat_ws(' ', w.wo_number, w.title, e.code, e.name, e.serial_number)`,
        ),
      ),
    )
    .$if(!!query.status?.length, (q) => q.where('w.status', 'in', query.status ?? []))
    .$if(!!query.equipmentId, (q) => q.where('w.equipment_id', '=', query.equipmentId ?? null))
    .$if(key !== null, (q) =>
      q.where(
        sql<boolean>`(${isOpen}, ${numberOf}, w.id) < (${key?.[0]}::int, ${key?.[1]}::bigint, ${key?.[2]}::uuid)`,
      ),
    )
    .orderBy(isOpen, 'desc')
    .orderBy(numberOf, 'desc')
    .orderBy('w.id', 'desc')
    .limit(query.limit + 1)
    .execute();
  const page = toPage(rows, query.limit, (row) => [String(row.open), String(row.number), row.id]);
  return { items: page.items.map(shape), next_cursor: page.next_cursor };
}

/** @throws CelesteError `not_found` */
export async function readWorkOrder(db: TenantReader, id: string): Promise<WorkOrderDetails> {
  const row = await workOrders(db)
    .select(['w.description', 'w.assigned_to', 'w.created_at', 'w.completed_at'])
    .where('w.id', '=', id)
    .executeTakeFirst();
  if (!row) throw new CelesteError('not_found', 'There is no such work order on this yacht.');
  const { description, assigned_to, created_at, completed_at } = row;
  return { ...shape(row), description, assigned_to, created_at, completed_at };
}

const isOpen = sql<number>`(w.status not in ('completed', 'cancelled'))::int`;
/** 'WO-1042' sorts as 1042; what has no number comes last. At most 18 digits fit. */
const numberOf = sql<string>`coalesce(substring(w.wo_number from '([0-9]{1,18})[^0-9]*$')::bigint, 0)`;

function workOrders(db: TenantReader) {
  return db
    .selectFrom('pms_work_orders as w')
    .leftJoin('pms_equipment as e', 'e.id', 'w.equipment_id')
    .select(['w.id', 'w.wo_number', 'w.title', 'w.status', 'w.priority', 'w.due_date', 'w.updated_at'])
    .select(['e.id as equipment_id', 'e.code as equipment_code', 'e.name as equipment_name']);
}

type Row = {
  [K in keyof WorkOrder as K extends 'equipment' ? never : K]: WorkOrder[K];
} & { equipment_id: string | null; equipment_code: string | null; equipment_name: string | null };

function shape(row: Row): WorkOrder {
  const { id, wo_number, title, status, priority, due_date, updated_at } = row;
  const { equipment_id, equipment_code: code, equipment_name: name } = row;
  const equipment = equipment_id && code && name ? { id: equipment_id, code, name } : null;
  return { id, wo_number, title, status, priority, due_date, equipment, updated_at };
}
