// Mail about work: for each work order the threads it caused, and for equipment without one the questions,
// bulletins and claims of two years.
import { DAY, HOUR } from './clock.ts';
import { servedEquipment, vendorFor, type WorkOrder } from './fleet.ts';
import type { Desk } from './mail.ts';
import { play, type Script } from './play.ts';
import type { Random } from './random.ts';
import { type Job, type Naming, sceneOf } from './scenes.ts';
import { bulletin, freight, onBoard, payment, warranty } from './scripts/around.ts';
import { advice, annualCheck } from './scripts/checks.ts';
import { partsOrder, serviceVisit } from './scripts/vendor.ts';

/** The threads of every work order of the yacht. */
export function writeWorkOrders(desk: Desk): void {
  for (const order of desk.yacht.work_orders) {
    const equipment = desk.yacht.equipment.find((one) => one.code === order.equipment_code);
    const vendor = equipment ? vendorFor(desk.yacht, equipment) : null;
    if (!equipment || !vendor) continue;
    const random = desk.random.fork(order.wo_number);
    const naming = random.pick<Naming>(['subject', 'subject', 'subject', 'subject', 'text', 'text', 'never']);
    const start = desk.epoch - order.created_days_ago * DAY + random.int(1, 30) * HOUR;
    writeJob({ ...desk, random }, { equipment, vendor, order, naming, start });
    if (!['open', 'in_progress', 'waiting_parts'].includes(order.status)) continue;
    // What is not finished is talked about these days.
    const lately = desk.epoch - random.int(1, 13) * DAY - random.int(0, 20) * HOUR;
    const script = random.pick([advice, partsOrder, onBoard, serviceVisit]);
    const again = sceneOf(
      { ...desk, random },
      { equipment, vendor, order, naming: 'subject', start: lately },
    );
    play({ ...desk, random }, script, { ...again, most: random.int(1, 4) });
  }
}

/** Questions, claims and bulletins about equipment, that belong to no work order. */
export function writeEquipmentTalk(desk: Desk, count: number): void {
  const served = servedEquipment(desk.yacht);
  for (let n = 0; n < count; n += 1) {
    const random = desk.random.fork(`talk-${n}`);
    const equipment = random.pick(served);
    const vendor = vendorFor(desk.yacht, equipment);
    if (!vendor) continue;
    const start = desk.epoch - (1 + random.next() * 728) * DAY;
    const job: Job = { equipment, vendor, order: null, naming: 'never', start };
    const script = random.pick([bulletin, bulletin, warranty, advice, partsOrder, payment]);
    play({ ...desk, random }, script, sceneOf({ ...desk, random }, job));
  }
}

function writeJob(desk: Desk, job: Job): void {
  const { random } = desk;
  const order = job.order;
  const scene = sceneOf(desk, job);
  const most = mailsSoFar(order, random);
  const mails = play(desk, mainScript(order, random), most === null ? scene : { ...scene, most });
  const last = mails.at(-1);
  if (random.chance(0.55))
    play(desk, onBoard, { ...scene, start: job.start - 2 * HOUR, weekends: true, topic: 'crew' });
  if (!last || order?.status === 'cancelled' || order?.status === 'planned') return;
  if (random.chance(0.55)) play(desk, freight, { ...scene, start: last.at - 3 * DAY, topic: 'freight' });
  if (random.chance(0.6)) play(desk, payment, { ...scene, start: last.at + 5 * DAY, topic: 'invoice' });
  if (random.chance(0.4)) {
    const start = last.at + random.int(1, 25) * DAY;
    const again = sceneOf(desk, { ...job, start });
    play(
      desk,
      random.pick([advice, serviceVisit, partsOrder]),
      most === null ? again : { ...again, most: 2 },
    );
  }
}

function mainScript(order: WorkOrder | null, random: Random): Script {
  const title = order?.title ?? '';
  if (/annual|load test|licence|certificate|inspection/i.test(title)) return annualCheck;
  if (/overhaul|top-end|fault|trips|alignment|software|loss of|over temperature|survey/i.test(title)) {
    return random.pick([serviceVisit, serviceVisit, advice]);
  }
  return random.pick([partsOrder, partsOrder, partsOrder, serviceVisit, advice]);
}

/** How far the story of a job that is not finished has come; null: to its end. */
function mailsSoFar(order: WorkOrder | null, random: Random): number | null {
  switch (order?.status) {
    case 'open':
      return random.int(1, 5);
    case 'in_progress':
      return random.int(3, 7);
    case 'waiting_parts':
      return random.int(5, 9);
    case 'planned':
      return random.int(1, 4);
    case 'on_hold':
      return random.int(2, 5);
    case 'cancelled':
      return random.int(1, 2);
    default:
      return null;
  }
}
