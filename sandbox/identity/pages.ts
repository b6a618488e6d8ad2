// The pages a person sees when signing in: plain HTML, no script, readable on a phone, in the dark and from
// the keyboard. Each one says that this is not Microsoft.
import type { SandboxResponse } from '../http.ts';
import type { Mailbox } from '../store/types.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { Scopes } from './scopes.ts';
import { GRAPH_SCOPES, OIDC_TEXTS } from './scopes.ts';
import type { SandboxApp } from './state.ts';

export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%230f6e84' d='M1 3h14v10H1z'/%3E%3Cpath fill='none' stroke='%23fff' d='m2 4 6 5 6-5'/%3E%3C/svg%3E";

/** @param script the policy's hash source of the one inline script, for the form that posts itself */
export function page(title: string, content: string, { status = 200, script = '' } = {}): SandboxResponse {
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · Sandbox sign-in</title>
<link rel="icon" href="${ICON}">
<style>${PAGE_STYLE}</style>
</head>
<body>
<p class="ribbon"><strong>Sandbox</strong> This is not Microsoft. No password is asked, none is needed.</p>
<main class="card">
${content}
</main>
</body>
</html>`;
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store, no-cache',
      'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; img-src data:; ${script}frame-ancestors 'none'`,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
    body,
  };
}

const hidden = (name: string, value: string) =>
  `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`;

function initials(name: string): string {
  const parts = name.split(/\s+/).filter(Boolean);
  return [parts[0], parts.length > 1 ? parts.at(-1) : undefined]
    .map((part) => [...(part ?? '')][0] ?? '')
    .join('');
}

function accountButton(mailbox: Mailbox, position: number): string {
  const focus = position === 0 ? ' autofocus' : '';
  return `<li><button class="account" name="account" value="${escapeHtml(mailbox.address)}" aria-labelledby="a${position}" aria-describedby="n${position}"${focus}>
<span class="face" aria-hidden="true">${escapeHtml(initials(mailbox.displayName))}</span>
<span class="who"><span class="name" id="n${position}">${escapeHtml(mailbox.displayName)}</span><span class="address" id="a${position}">${escapeHtml(mailbox.address)}</span></span>
</button></li>`;
}

export function accountPage(given: {
  app: SandboxApp;
  request: string;
  accounts: Mailbox[];
}): SandboxResponse {
  const list = given.accounts.map(accountButton).join('\n');
  const none = '<p>No account of the sandbox may sign in here.</p>';
  return page(
    'Choose an account',
    `<h1>Choose an account</h1>
<p class="lead">to continue to <strong>${escapeHtml(given.app.name)}</strong></p>
<form method="post" action="signin">
${hidden('request', given.request)}
${given.accounts.length > 0 ? `<ul class="accounts">${list}</ul>` : none}
</form>`,
  );
}

const whoLine = (mailbox: Mailbox) =>
  `<p class="signed-in"><span class="face" aria-hidden="true">${escapeHtml(initials(mailbox.displayName))}</span>${escapeHtml(mailbox.address)}</p>`;

export function consentPage(given: {
  app: SandboxApp;
  request: string;
  mailbox: Mailbox;
  scopes: Scopes;
}): SandboxResponse {
  const lines = [
    ...given.scopes.graph.map((name) => ({
      name,
      text: GRAPH_SCOPES[name] ?? 'Everything the app is registered for',
    })),
    ...given.scopes.oidc
      .filter((name) => name in OIDC_TEXTS)
      .map((name) => ({ name, text: OIDC_TEXTS[name] ?? '' })),
  ];
  const items = lines
    .map(({ name, text }) => `<li>${escapeHtml(text)} <code>${escapeHtml(name)}</code></li>`)
    .join('\n');
  return page(
    'Permissions requested',
    `${whoLine(given.mailbox)}
<h1>Permissions requested</h1>
<p class="lead"><strong>${escapeHtml(given.app.name)}</strong> would like to:</p>
<ul class="permissions">
${items}
</ul>
<p class="note">Accepting means that you allow this app to use the data of this sandbox mailbox as listed. You can withdraw it at any time.</p>
<form method="post" action="consent" class="actions">
${hidden('request', given.request)}${hidden('account', given.mailbox.address)}
<button name="decision" value="cancel">Cancel</button>
<button class="primary" name="decision" value="accept" autofocus>Accept</button>
</form>`,
  );
}

export function adminNeededPage(given: {
  app: SandboxApp;
  request: string;
  mailbox: Mailbox;
}): SandboxResponse {
  return page(
    'Need admin approval',
    `${whoLine(given.mailbox)}
<h1>Need admin approval</h1>
<p class="lead"><strong>${escapeHtml(given.app.name)}</strong> needs permission to access resources in your organization that only an admin can grant.</p>
<p class="note">Ask an administrator to grant permission to this app before you can use it.</p>
<form method="post" action="consent" class="actions">
${hidden('request', given.request)}${hidden('account', given.mailbox.address)}
<button name="decision" value="cancel" autofocus>Return to the application without granting consent</button>
</form>`,
  );
}

export function adminConsentPage(given: {
  app: SandboxApp;
  request: string;
  scopes: Scopes;
}): SandboxResponse {
  const items = given.scopes.graph
    .map((name) => `<li>${escapeHtml(GRAPH_SCOPES[name] ?? name)} <code>${escapeHtml(name)}</code></li>`)
    .join('\n');
  return page(
    'Permissions requested for the organization',
    `<h1>Permissions requested</h1>
<p class="lead">Review for your whole organization: <strong>${escapeHtml(given.app.name)}</strong> would like to:</p>
<ul class="permissions">${items}</ul>
<form method="post" class="actions">
${hidden('request', given.request)}
<button name="decision" value="cancel">Cancel</button>
<button class="primary" name="decision" value="accept" autofocus>Accept</button>
</form>`,
  );
}

/** For refusals that must not be redirected: unknown client, unregistered redirect URI. */
export function errorPage(description: string): SandboxResponse {
  return page(
    'Sign in failed',
    `<h1>Sign in</h1>
<p class="lead">Sorry, but we’re having trouble signing you in.</p>
<p class="problem">${escapeHtml(description)}</p>`,
    { status: 400 },
  );
}

export function messagePage(title: string, text: string): SandboxResponse {
  return page(title, `<h1>${escapeHtml(title)}</h1><p class="lead">${escapeHtml(text)}</p>`);
}

/** `response_mode=form_post`: the browser carries the answer in a form; without script a button does. */
export function formPostPage(action: string, fields: Record<string, string>): SandboxResponse {
  const inputs = Object.entries(fields).map(([name, value]) => hidden(name, value));
  return page(
    'Working…',
    `<form method="post" action="${escapeHtml(action)}" name="hiddenform">${inputs.join('')}
<p class="lead">Back to the application.</p><button class="primary">Continue</button></form>
<script>document.forms[0].submit()</script>`,
    { script: "script-src 'unsafe-inline'; " },
  );
}
