// Hands messages to a running sandbox through its control interface.
import type { NewAttachment, NewMessage } from '../store/new-message.ts';

export class ImportError extends Error {}

export type SandboxClient = {
  /** @throws ImportError when the mailbox is not there and may not be made, or no sandbox answers */
  openMailbox(address: string, options: { create: boolean }): Promise<void>;
  /** Makes the folder if need be. @throws ImportError when the sandbox refuses */
  deliver(address: string, folder: string, message: NewMessage): Promise<void>;
};

const WELL_KNOWN = /^(archive|deleteditems|drafts|inbox|junkemail|msgfolderroot|outbox|sentitems)$/i;

export function connectSandbox(url: string): SandboxClient {
  const call = caller(url);
  const at = (address: string) => `mailboxes/${encodeURIComponent(address)}`;

  async function makeFolder(address: string, path: string): Promise<void> {
    const parts = path.split('/');
    for (const [depth, name] of parts.entries()) {
      if (depth === 0 && WELL_KNOWN.test(name)) continue;
      const parent = parts.slice(0, depth).join('/');
      const answer = await call('POST', `${at(address)}/folders`, { name, ...(parent ? { parent } : {}) });
      if (answer.status !== 409) must(answer);
    }
  }

  return {
    async openMailbox(address, { create }) {
      const { mailboxes = [] } = must(await call('GET', 'mailboxes')) as {
        mailboxes?: { address: string }[];
      };
      if (mailboxes.some((one) => one.address.toLowerCase() === address.toLowerCase())) return;
      if (!create) {
        const known = mailboxes.map((one) => one.address).join(', ') || 'none';
        throw new ImportError(
          `The sandbox has no mailbox ${address} (--create makes one). It has: ${known}.`,
        );
      }
      must(await call('POST', 'mailboxes', { address, display_name: address.split('@')[0] ?? address }));
    },
    async deliver(address, folder, message) {
      const body = { folder, message: asJson(message) };
      const answer = await call('POST', `${at(address)}/messages`, body);
      if (answer.status !== 404) return void must(answer);
      await makeFolder(address, folder);
      must(await call('POST', `${at(address)}/messages`, body));
    },
  };
}

type Answer = { status: number; body: Record<string, unknown> };

function caller(url: string) {
  const base = url.replace(/\/+$/, '');
  return async (method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${base}/_control/${path}`, {
      method,
      headers: { 'x-sandbox-control': '1', 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }).catch((cause: unknown) => {
      throw new ImportError(
        `No sandbox answers at ${base}. Start one with "npm run sandbox", or name another with --url.`,
        { cause },
      );
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text, base) };
  };
}

function parsed(text: string, base: string): Record<string, unknown> {
  if (text === '') return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new ImportError(`What answers at ${base} is not a sandbox.`, { cause });
  }
}

function must(answer: Answer): Record<string, unknown> {
  if (answer.status < 300) return answer.body;
  throw new ImportError(
    `The sandbox refused (${answer.status}): ${String(answer.body.error ?? 'no reason given')}`,
  );
}

/** ISO dates and base64 bytes, as the control interface reads them. */
export function asJson(message: NewMessage): Record<string, unknown> {
  const { mime, attachments, body, ...rest } = message;
  return {
    ...rest,
    body: { ...body, content: typeof body.content === 'function' ? body.content() : body.content },
    ...(mime ? { mime: base64(mime) } : {}),
    attachments: (attachments ?? []).map(attachmentJson),
  };
}

function attachmentJson(attachment: NewAttachment): Record<string, unknown> {
  if (attachment.kind === 'item') return { ...attachment, message: asJson(attachment.message) };
  if (attachment.kind === 'reference') return attachment;
  const { content } = attachment;
  return { ...attachment, content: base64(typeof content === 'function' ? content() : content) };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
