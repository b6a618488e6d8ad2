// The sandbox's front page: what this is, which mailboxes it has.
import type { SandboxContext } from '../context.ts';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import { escapeHtml, page } from '../identity/pages.ts';

/** @returns null for any other address than `/` */
export function homePage(context: SandboxContext, request: SandboxRequest): SandboxResponse | null {
  if (request.url.pathname === '/favicon.ico') return { status: 204 };
  if (request.url.pathname !== '/') return null;
  const rows = context.store.mailboxes().map((mailbox) => {
    const { messages, unread, folders } = context.store.counts(mailbox.address);
    return `<li><strong>${escapeHtml(mailbox.displayName)}</strong> ${escapeHtml(mailbox.address)}${mailbox.shared ? ' (shared)' : ''}<code>${messages} messages in ${folders} folders, ${unread} unread</code></li>`;
  });
  return page(
    'Mailboxes',
    `<h1>A sandbox for mail</h1>
<p class="lead">Sign-in and Graph for invented mailboxes, on this machine only.</p>
<ul class="permissions">${rows.join('\n')}</ul>`,
  );
}
