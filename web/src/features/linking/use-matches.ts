import { useQuery } from '@tanstack/react-query';

import type { RecordTarget } from '../../api/links.ts';
import { recordSearchQuery } from '../../api/records.ts';
import type { Equipment, WorkOrder } from '../../api/types.ts';
import { usePaused } from '../../ui/use-paused.ts';

export const targetOfOrder = (order: WorkOrder): RecordTarget => ({
  target_type: 'work_order',
  target_id: order.id,
  label: order.wo_number,
  title: order.title,
});
export const targetOfEquipment = (item: Equipment): RecordTarget => ({
  target_type: 'equipment',
  target_id: item.id,
  label: item.code,
  title: item.name,
});

/**
 * What matches the words in the field. `settled` is false while the list still shows what matched the words
 * before: nothing may be chosen from it then, or a fast typist links the wrong record.
 */
export function useMatches(text: string) {
  const words = text.trim();
  const asked = usePaused(words);
  const found = useQuery(recordSearchQuery(asked));
  const orders = found.data?.orders ?? [];
  const equipment = found.data?.equipment ?? [];
  const targets = [...orders.map(targetOfOrder), ...equipment.map(targetOfEquipment)];
  const settled = asked === words && found.isSuccess && !found.isPlaceholderData;
  return { asked, found, orders, equipment, targets, settled };
}

/** The one record that an early Enter can only mean: the only match, or the one whose number was typed. */
export function plainlyMeant(targets: RecordTarget[], words: string): RecordTarget | undefined {
  const named = targets.find((target) => target.label.toLowerCase() === words.trim().toLowerCase());
  return named ?? (targets.length === 1 ? targets[0] : undefined);
}
