import { Modal } from '../../ui/dialog.tsx';
import { Kbd } from '../../ui/kbd.tsx';
import type { Shortcut } from '../../ui/keys.tsx';

/** The keys that work right now, by where they work. */
export function KeyboardHelp({ shortcuts, onClose }: { shortcuts: Shortcut[]; onClose: () => void }) {
  const groups = [...Map.groupBy(shortcuts, (shortcut) => shortcut.group)];
  return (
    <Modal open onClose={onClose} title="Keys" width={640}>
      <div className="grid max-h-[64vh] gap-x-10 gap-y-5 overflow-y-auto px-5 pt-3 pb-6 sm:grid-cols-2">
        {groups.map(([group, list]) => (
          <section key={group}>
            <h3 className="mb-1 text-sm font-semibold text-ink-3">{group}</h3>
            <dl>
              {list.map((shortcut) => (
                <div
                  key={shortcut.keys + shortcut.label}
                  className="flex h-8 items-center justify-between gap-4 border-b border-line"
                >
                  <dt className="truncate">{shortcut.label}</dt>
                  <dd>
                    <span className="sr-only">{shortcut.keys}</span>
                    <Kbd keys={shortcut.keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
