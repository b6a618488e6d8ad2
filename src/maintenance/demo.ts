// The demo yachts' records, out of demo/*.json: dates count from the day of seeding, ids from the codes, so
// that seeding again changes nothing and links to a record survive a new database.
import { createHash } from 'node:crypto';

import type { WorkOrderPriority, WorkOrderStatus } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

export type DemoEquipment = {
  code: string;
  name: string;
  manufacturer: string | null;
  model: string | null;
  serial_number: string | null;
  location: string | null;
  system: string | null;
  parent_code: string | null;
  criticality: 'critical' | 'important' | 'routine' | null;
  running_hours: number | null;
};

export type DemoWorkOrder = {
  wo_number: string;
  title: string;
  description: string | null;
  status: WorkOrderStatus;
  priority: WorkOrderPriority;
  equipment_code: string | null;
  assigned_to: string | null;
  due_in_days: number | null;
  created_days_ago: number;
  completed_days_ago: number | null;
};

export type DemoRecords = { equipment: DemoEquipment[]; work_orders: DemoWorkOrder[] };

const DAY_MS = 24 * 60 * 60 * 1000;

/** Adds what is missing of a demo yacht's records; what is there stays as it is. Run as the worker. */
export async function seedDemoRecords(
  tx: TenantWriter,
  yachtId: string,
  options: { records: DemoRecords; now: Date },
): Promise<void> {
  const { records, now } = options;
  const idOf = (code: string) => stableId(`${yachtId}/equipment/${code}`);
  const equipment = parentsFirst(records.equipment).map(({ parent_code, ...row }) => ({
    ...row,
    id: idOf(row.code),
    yacht_id: yachtId,
    parent_id: parent_code === null ? null : idOf(parent_code),
  }));
  const workOrders = records.work_orders.map((row) => workOrderRow(row, { yachtId, now, idOf }));
  if (equipment.length > 0) {
    await tx
      .insertInto('pms_equipment')
      .values(equipment)
      .onConflict((oc) => oc.doNothing())
      .execute();
  }
  if (workOrders.length > 0) {
    await tx
      .insertInto('pms_work_orders')
      .values(workOrders)
      .onConflict((oc) => oc.doNothing())
      .execute();
  }
}

type Context = { yachtId: string; now: Date; idOf: (code: string) => string };

function workOrderRow(row: DemoWorkOrder, { yachtId, now, idOf }: Context) {
  const { equipment_code, due_in_days, created_days_ago, completed_days_ago, ...same } = row;
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const completed_at = completed_days_ago === null ? null : daysAgo(completed_days_ago);
  return {
    ...same,
    id: stableId(`${yachtId}/work-order/${row.wo_number}`),
    yacht_id: yachtId,
    equipment_id: equipment_code === null ? null : idOf(equipment_code),
    due_date: due_in_days === null ? null : daysAgo(-due_in_days).toISOString().slice(0, 10),
    created_at: daysAgo(created_days_ago),
    updated_at: completed_at ?? daysAgo(created_days_ago),
    completed_at,
  };
}

function parentsFirst(equipment: DemoEquipment[]): DemoEquipment[] {
  const placed = new Set<string>();
  const ordered: DemoEquipment[] = [];
  let left = equipment;
  while (left.length > 0) {
    const ready = left.filter((item) => item.parent_code === null || placed.has(item.parent_code));
    if (ready.length === 0) throw new Error(`demo equipment without a parent: ${left[0]?.code}`);
    for (const item of ready) placed.add(item.code);
    ordered.push(...ready);
    left = left.filter((item) => !placed.has(item.code));
  }
  return ordered;
}

/** A UUID made of a name, version 8. https://www.rfc-editor.org/rfc/rfc9562#section-5.8 */
function stableId(name: string): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
