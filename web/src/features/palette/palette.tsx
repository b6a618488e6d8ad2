import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { Search, Wrench } from 'lucide-react';
import { type ReactNode, useState } from 'react';

import { recordSearchQuery } from '../../api/records.ts';
import { Modal } from '../../ui/dialog.tsx';
import { Kbd } from '../../ui/kbd.tsx';
import { usePaused } from '../../ui/use-paused.ts';
import { StatusMark } from '../../ui/work-order-marks.tsx';

export type PaletteAction = {
  label: string;
  keys?: string;
  icon: ReactNode;
  words?: string;
  run: () => void;
};

type Props = {
  actions: PaletteAction[];
  onClose: () => void;
  onOpenWorkOrder: (id: string) => void;
  onOpenEquipment: (id: string) => void;
};

const ITEM =
  'flex h-9 cursor-default items-center gap-2.5 rounded-md px-3 text-base text-ink data-[selected=true]:bg-accent-soft';
const GROUP =
  '[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-semibold [&_[cmdk-group-heading]]:text-ink-3';

/** Go anywhere and find any record, from the keyboard. */
export function Palette({ actions, onClose, onOpenWorkOrder, onOpenEquipment }: Props) {
  const [text, setText] = useState('');
  const asked = usePaused(text.trim());
  const found = useQuery({ ...recordSearchQuery(asked), enabled: asked.length > 1 });
  // Only what matches the words as they stand: Enter must not go where the words before pointed.
  const settled = asked === text.trim() && !found.isPlaceholderData;
  const records = asked.length > 1 && settled ? found.data : undefined;
  const shown = actions.filter((action) =>
    `${action.label} ${action.words ?? ''}`.toLowerCase().includes(text.trim().toLowerCase()),
  );
  const then = (run: () => void) => () => {
    onClose();
    run();
  };
  const nothing =
    shown.length === 0 && found.isSuccess && records?.orders.length === 0 && records.equipment.length === 0;
  return (
    <Modal open onClose={onClose} title="Search and commands" titleHidden>
      <Command shouldFilter={false} label="Search and commands" loop>
        <div className="flex items-center gap-2.5 border-b border-line px-4">
          <Search size={16} className="shrink-0 text-ink-3" aria-hidden="true" />
          <Command.Input
            value={text}
            onValueChange={setText}
            autoFocus
            placeholder="Find a work order or equipment, or go somewhere"
            className="h-12 w-full bg-transparent text-lg text-ink outline-none"
          />
        </div>
        <Command.List className="max-h-[min(440px,56vh)] overflow-y-auto p-1.5">
          {nothing && <p className="px-3 py-8 text-center text-ink-2">Nothing matches “{asked}”.</p>}
          {records && records.orders.length > 0 && (
            <Command.Group heading="Work orders" className={GROUP}>
              {records.orders.map((order) => (
                <Command.Item
                  key={order.id}
                  value={order.id}
                  onSelect={then(() => onOpenWorkOrder(order.id))}
                  className={ITEM}
                >
                  <StatusMark status={order.status} />
                  <span className="shrink-0 text-ink-2">{order.wo_number}</span>
                  <span className="truncate">{order.title}</span>
                </Command.Item>
              ))}
            </Command.Group>
          )}
          {records && records.equipment.length > 0 && (
            <Command.Group heading="Equipment" className={GROUP}>
              {records.equipment.map((item) => (
                <Command.Item
                  key={item.id}
                  value={item.id}
                  onSelect={then(() => onOpenEquipment(item.id))}
                  className={ITEM}
                >
                  <Wrench size={14} className="shrink-0 text-ink-3" aria-hidden="true" />
                  <span className="shrink-0 text-ink-2">{item.code}</span>
                  <span className="truncate">{item.name}</span>
                </Command.Item>
              ))}
            </Command.Group>
          )}
          {shown.length > 0 && (
            <Command.Group heading="Go and do" className={GROUP}>
              {shown.map((action) => (
                <Command.Item
                  key={action.label}
                  value={action.label}
                  onSelect={then(action.run)}
                  className={ITEM}
                >
                  <span className="shrink-0 text-ink-3">{action.icon}</span>
                  <span className="flex-1 truncate">{action.label}</span>
                  {action.keys && <Kbd keys={action.keys} />}
                </Command.Item>
              ))}
            </Command.Group>
          )}
        </Command.List>
      </Command>
    </Modal>
  );
}
