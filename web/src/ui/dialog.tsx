import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';

import { Button } from './button.tsx';
import { cx } from './cx.ts';

const BACKDROP =
  'fixed inset-0 z-40 bg-scrim transition-opacity duration-100 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0';
const POPUP =
  'appear fixed left-1/2 z-50 w-[min(calc(100vw-24px),var(--dialog-width,560px))] -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-surface text-ink shadow-float outline-none';

type ModalProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  /** Shown to screen readers only, where the content speaks for itself. */
  titleHidden?: boolean;
  width?: number;
  children: ReactNode;
};

/** A dialog near the top of the window; Escape and a click beside it close it. */
export function Modal({ open, onClose, title, titleHidden, width = 560, children }: ModalProps) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={BACKDROP} />
        <Dialog.Popup
          className={cx(POPUP, 'top-[max(12px,12vh)]')}
          style={{ '--dialog-width': `${width}px` } as React.CSSProperties}
        >
          <Dialog.Title className={titleHidden ? 'sr-only' : 'px-5 pt-4 text-lg font-semibold'}>
            {title}
          </Dialog.Title>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

type ConfirmProps = {
  open: boolean;
  title: string;
  children: ReactNode;
  confirm: string;
  cancel?: string;
  busy?: boolean;
  dangerous?: boolean;
  onConfirm: () => void;
  onCancel: () => void;
};

/** Asks before something that cannot simply be undone. */
export function Confirm(props: ConfirmProps) {
  const { open, title, children, confirm, cancel = 'Cancel', busy, dangerous, onConfirm, onCancel } = props;
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onCancel()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={BACKDROP} />
        <AlertDialog.Popup
          className={cx(POPUP, 'top-[max(12px,22vh)] p-5')}
          style={{ '--dialog-width': '440px' } as React.CSSProperties}
        >
          <AlertDialog.Title className="text-lg font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div />} className="mt-2 space-y-2 text-base text-ink-2">
            {children}
          </AlertDialog.Description>
          <div className="mt-5 flex flex-wrap justify-end gap-2">
            <Button size="md" onClick={onCancel}>
              {cancel}
            </Button>
            <Button size="md" look={dangerous ? 'danger' : 'primary'} disabled={busy} onClick={onConfirm}>
              {confirm}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
