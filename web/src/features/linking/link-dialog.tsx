import { Command } from 'cmdk';
import { Search, Wrench } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';

import type { RecordTarget } from '../../api/links.ts';
import { wordsOf } from '../../api/problem.ts';
import { cx } from '../../ui/cx.ts';
import { Modal } from '../../ui/dialog.tsx';
import { plural } from '../../ui/format.ts';
import { Kbd } from '../../ui/kbd.tsx';
import { Failure } from '../../ui/states.tsx';
import { DueText, StatusMark } from '../../ui/work-order-marks.tsx';
import { TakenMark } from './taken-mark.tsx';
import { plainlyMeant, targetOfEquipment, targetOfOrder, useMatches } from './use-matches.ts';

export type LinkSubject = { threadId: string; emailId: string; subject: string; linkedTo: string[] };

type Props = {
  subject: LinkSubject;
  onClose: () => void;
  onChoose: (target: RecordTarget) => void;
};

const HEADING =
  '[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-semibold [&_[cmdk-group-heading]]:text-ink-3';

const keyOf = (target: RecordTarget) => `${target.target_type}:${target.target_id}`;

/** Finds the work order or the equipment a conversation belongs to. */
export function LinkDialog({ subject, onClose, onChoose }: Props) {
  const [text, setText] = useState('');
  const [selected, setSelected] = useState('');
  const matches = useMatches(text);
  const { asked, found, orders, equipment, targets, settled } = matches;
  const hurry = useEarlyEnter(matches, text, onChoose);
  const isTaken = (target: RecordTarget) => subject.linkedTo.includes(keyOf(target));

  const first = targets.find((target) => !isTaken(target));
  const firstKey = settled && first ? keyOf(first) : '';
  useEffect(() => setSelected(firstKey), [firstKey]);

  const row = (target: RecordTarget, mark: ReactNode, detail: ReactNode) => (
    <MatchRow
      key={keyOf(target)}
      {...{ target, mark, detail }}
      taken={isTaken(target)}
      disabled={!settled}
      onChoose={onChoose}
    />
  );
  return (
    <Modal open onClose={onClose} title={`Link “${subject.subject}”`} titleHidden>
      <Command
        shouldFilter={false}
        label="Find a work order or equipment"
        loop
        value={selected}
        onValueChange={setSelected}
      >
        <div className="border-b border-line px-4 pt-3 pb-2">
          <p className="truncate text-sm text-ink-3">
            Link <span className="font-medium text-ink-2">{subject.subject}</span> to
          </p>
          <div className="mt-1 flex items-center gap-2">
            <Search size={16} className="shrink-0 text-ink-3" aria-hidden="true" />
            <Command.Input
              value={text}
              onValueChange={setText}
              onKeyDown={(event) => event.key === 'Enter' && !settled && hurry()}
              autoFocus
              placeholder="WO number, words of its title, equipment, serial number"
              className="h-9 w-full bg-transparent text-lg text-ink outline-none"
            />
          </div>
        </div>
        <Command.List
          className={cx('max-h-[min(420px,52vh)] overflow-y-auto p-1.5', !settled && 'opacity-60')}
          aria-busy={!settled}
        >
          {found.isError && (
            <Failure compact {...wordsOf(found.error)} onRetry={() => void found.refetch()} />
          )}
          {settled && targets.length === 0 && (
            <p className="px-3 py-8 text-center text-ink-2">
              No work order and no equipment matches “{asked}”. Try its number or a part of its name.
            </p>
          )}
          {orders.length > 0 && (
            <Command.Group heading={asked ? 'Work orders' : 'Open work orders'} className={HEADING}>
              {orders.map((order) =>
                row(
                  targetOfOrder(order),
                  <StatusMark status={order.status} />,
                  <DueText day={order.due_date} status={order.status} />,
                ),
              )}
            </Command.Group>
          )}
          {equipment.length > 0 && (
            <Command.Group heading="Equipment" className={HEADING}>
              {equipment.map((item) =>
                row(
                  targetOfEquipment(item),
                  <Wrench size={14} className="shrink-0 text-ink-3" aria-hidden="true" />,
                  <span className="text-ink-3 max-sm:hidden">
                    {[item.manufacturer, item.model].filter(Boolean).join(' ')}
                  </span>,
                ),
              )}
            </Command.Group>
          )}
        </Command.List>
        <Keys count={settled ? targets.length : null} />
      </Command>
    </Modal>
  );
}

/** Remembers an Enter pressed before the answer came, and chooses then, if it is plain what was meant. */
function useEarlyEnter(
  { settled, targets }: ReturnType<typeof useMatches>,
  text: string,
  onChoose: (target: RecordTarget) => void,
): () => void {
  const [pressedFor, setPressedFor] = useState<string | null>(null);
  useEffect(() => {
    if (!settled || pressedFor === null) return;
    setPressedFor(null);
    const meant = pressedFor === text ? plainlyMeant(targets, text) : undefined;
    if (meant) onChoose(meant);
  }, [settled, pressedFor, text, targets, onChoose]);
  return () => setPressedFor(text);
}

type RowProps = {
  target: RecordTarget;
  mark: ReactNode;
  detail: ReactNode;
  taken: boolean;
  disabled: boolean;
  onChoose: (target: RecordTarget) => void;
};

function MatchRow({ target, mark, detail, taken, disabled, onChoose }: RowProps) {
  return (
    <Command.Item
      value={keyOf(target)}
      disabled={taken || disabled}
      onSelect={() => onChoose(target)}
      className="flex h-10 cursor-default items-center gap-2.5 rounded-md px-3 text-base data-[selected=true]:bg-accent-soft"
    >
      {mark}
      <span className="shrink-0 text-ink-2">{target.label}</span>
      <span className="min-w-0 flex-1 truncate">{target.title}</span>
      <TakenMark taken={taken}>{detail}</TakenMark>
    </Command.Item>
  );
}

function Keys({ count }: { count: number | null }) {
  const item = 'inline-flex items-center gap-1.5';
  return (
    <p className="hidden items-center gap-3 border-t border-line px-4 py-2 text-xs text-ink-3 pointer-fine:flex">
      <span className={item}>
        <Kbd keys="↑ ↓" /> choose
      </span>
      <span className={item}>
        <Kbd keys="Enter" /> link
      </span>
      <span className={item}>
        <Kbd keys="Esc" /> close
      </span>
      {count !== null && <span className="ml-auto">{plural(count, 'match', 'matches')}</span>}
    </p>
  );
}
