// What is being dragged, as both the row that lets go and the record that receives see it.

export type DraggedThread = {
  kind: 'thread';
  threadId: string;
  emailId: string;
  subject: string;
  messageCount: number;
  /** Records it already belongs to: `work_order:<id>`. */
  linkedTo: string[];
};

export function isDraggedThread(data: Record<string | symbol, unknown>): boolean {
  return data.kind === 'thread' && typeof data.threadId === 'string';
}

/** The thread in a drag's data, or null when something else is dragged. */
export function draggedThread(data: Record<string | symbol, unknown>): DraggedThread | null {
  return isDraggedThread(data) ? (data as DraggedThread) : null;
}
