import { expect, it } from 'vitest';

import { dress, hasBackgrounds, isEmpty } from './dress.ts';

const mail = (body: string, css = '') =>
  `<html><head><style>html{background:#fff;color:#1a1d21}</style>${css && `<style>${css}</style>`}</head><body>${body}</body></html>`;

it.each([
  ['<p>Good morning Chief</p>', '', false],
  ['<p style="color:#c00000">a warning in red ink</p>', 'p{color:windowtext}', false],
  ['<p style="background: transparent">nothing painted</p>', '', false],
  ['<td bgcolor="#ffffff">white on white</td>', '.x{background:#FFF}', false],
  ['<td bgcolor="#f0f0f0">a newsletter</td>', '', true],
  ['<p style="background:#ffff00">marked</p>', '', true],
  ['<p>plain</p>', '.head{background-color:#003366}', true],
])('sees in %s %s whether backgrounds are painted: %s', (body, css, painted) => {
  expect(hasBackgrounds(mail(body, css))).toBe(painted);
});

it.each([
  ['', true],
  ['<div><br></div>\n<p>&nbsp;</p>', true],
  ['<p>see below</p>', false],
  ['<img src="/api/emails/1/attachments/2">', false],
  ['1 < 2', false],
])('sees whether %j shows anything', (body, empty) => expect(isEmpty(mail(body))).toBe(empty));

it('turns ink over in the dark, keeps paper where backgrounds are painted, and lets the mail’s own style win', () => {
  const painted = dress({ kind: 'html', document: mail('<p>hi</p>', '.x{background:#003366}') }, true);
  expect(painted.paper).toBe(true);
  expect(painted.document).not.toContain('invert');
  expect(painted.document.indexOf('padding:16px')).toBeLessThan(painted.document.indexOf('.x{background'));
  const ink = dress({ kind: 'html', document: mail('<p style="color:green">hi</p>') }, true);
  expect(ink).toMatchObject({ paper: false, document: expect.stringContaining('invert') });
  expect(dress({ kind: 'text', document: mail('hi') }, true).document).not.toContain('invert');
  expect(dress({ kind: 'html', document: mail('<p>hi</p>') }, false).document).not.toContain('invert');
});
