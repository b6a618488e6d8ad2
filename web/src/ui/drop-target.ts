import { dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { type RefObject, useEffect, useRef, useState } from 'react';

import { type DraggedThread, draggedThread } from './drag.ts';

type Options = {
  /** Whether this thread may land here; a record that has it already says no. */
  accepts?: (thread: DraggedThread) => boolean;
  onDrop: ((thread: DraggedThread) => void) | undefined;
};

/** Makes an element a place where a thread can be dropped. True while one hovers over it. */
export function useThreadDrop(ref: RefObject<HTMLElement | null>, { accepts, onDrop }: Options): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef({ accepts, onDrop });
  latest.current = { accepts, onDrop };
  const active = onDrop !== undefined;
  useEffect(() => {
    const element = ref.current;
    if (!element || !active) return;
    return dropTargetForElements({
      element,
      canDrop: ({ source }) => {
        const thread = draggedThread(source.data);
        return thread !== null && (latest.current.accepts?.(thread) ?? true);
      },
      getDropEffect: () => 'link',
      onDragEnter: () => setOver(true),
      onDragLeave: () => setOver(false),
      onDrop: ({ source }) => {
        setOver(false);
        const thread = draggedThread(source.data);
        if (thread) latest.current.onDrop?.(thread);
      },
    });
  }, [ref, active]);
  return over;
}
