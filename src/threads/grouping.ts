// Which messages are one conversation. Pure: assign.ts brings what the database knows and stores the answer.

/** What a message is grouped by. A key that is null groups nothing: a sparse row stays in the thread it has. */
export type ThreadKey = {
  /** Graph's immutable id. */
  messageId: string;
  conversationId: string | null;
  internetMessageId: string | null;
  subject: string | null;
  at: Date | null;
  /** The thread it is in, for a message that is held. */
  threadId?: string | undefined;
};

/** A thread already holds a message with this key. */
export type KnownThread = {
  kind: 'conversation' | 'mail';
  key: string;
  thread_id: string;
};

/** Messages of one conversation, and the threads that hold parts of it: none for a new conversation. */
export type Group = { messageIds: string[]; threadIds: string[]; subject: string | null };

/**
 * Groups messages of one mailbox with each other and with the threads that exist: same conversation in this
 * mailbox, or the same mail (internet message id) in any mailbox of the yacht. Both relations are closed over,
 * so the order and the batches in which messages arrive do not matter.
 */
export function groupMessages(keys: ThreadKey[], known: KnownThread[]): Group[] {
  const sets = new DisjointSets();
  const threadIds = new Set(known.map((row) => row.thread_id));
  for (const { messageId, conversationId, internetMessageId, threadId } of keys) {
    const message = `message ${messageId}`;
    sets.add(message);
    if (threadId) {
      sets.unite(message, `thread ${threadId}`);
      threadIds.add(threadId);
    }
    if (conversationId) sets.unite(message, `conversation ${conversationId}`);
    if (internetMessageId) sets.unite(message, `mail ${internetMessageId}`);
  }
  for (const { kind, key, thread_id } of known) sets.unite(`${kind} ${key}`, `thread ${thread_id}`);

  const groups = new Map<string, Group>();
  for (const key of oldestFirst(keys)) {
    const root = sets.find(`message ${key.messageId}`);
    const group = groups.get(root) ?? { messageIds: [], threadIds: [], subject: key.subject };
    group.messageIds.push(key.messageId);
    groups.set(root, group);
  }
  for (const threadId of threadIds) {
    groups.get(sets.find(`thread ${threadId}`))?.threadIds.push(threadId);
  }
  return [...groups.values()];
}

/** By date, so that a new thread is named after the message that began it. */
function oldestFirst(keys: ThreadKey[]): ThreadKey[] {
  const time = (key: ThreadKey) => key.at?.getTime() ?? Number.POSITIVE_INFINITY;
  return keys.toSorted((a, b) => Math.sign(time(a) - time(b)) || 0);
}

/** Union-find with path halving. */
class DisjointSets {
  readonly #parent = new Map<string, string>();

  add(item: string): void {
    if (!this.#parent.has(item)) this.#parent.set(item, item);
  }

  find(item: string): string {
    this.add(item);
    let current = item;
    for (;;) {
      const parent = this.#parent.get(current) ?? current;
      if (parent === current) return current;
      const grandparent = this.#parent.get(parent) ?? parent;
      this.#parent.set(current, grandparent);
      current = grandparent;
    }
  }

  unite(a: string, b: string): void {
    const rootA = this.find(a);
    const rootB = this.find(b);
    if (rootA !== rootB) this.#parent.set(rootA, rootB);
  }
}
