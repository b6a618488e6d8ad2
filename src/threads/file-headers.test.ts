import { describe, expect, it } from 'vitest';

import { fileHeaders, fileName } from './file-headers.ts';

const sent = { contentType: 'application/octet-stream', contentLength: 3 };
const file = (name: string | null, content_type: string | null, is_inline = false) =>
  fileHeaders({ kind: 'file', name, content_type, is_inline }, sent);

describe('the name of a file', () => {
  it.each([
    ['Quote 1042.pdf', 'Quote 1042.pdf'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['C:\\Users\\x\\report.pdf', 'C_Users_x_report.pdf'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['a\r\nSet-Cookie: x=1.txt', 'aSet-Cookie_ x=1.txt'],
    ['...', 'attachment'],
    ['', 'attachment'],
    [null, 'attachment'],
    ['Чертёж.dwg', 'Чертёж.dwg'],
    [`${'x'.repeat(300)}.pdf`, `${'x'.repeat(120)}.pdf`],
  ])('%j is saved as %j', (name, safe) => {
    expect(fileName(name)).toBe(safe);
  });

  it('gets the ending of what is inside, once', () => {
    expect(fileName('Re: Pump', '.eml')).toBe('Re_ Pump.eml');
    expect(fileName('Pump.eml', '.eml')).toBe('Pump.eml');
  });
});

describe('the headers of a file', () => {
  it('hand a document over to be saved', () => {
    expect(file('Quote “1042”.pdf', 'application/pdf')).toEqual({
      'Content-Type': 'application/pdf',
      'Content-Disposition': `attachment; filename="Quote _1042_.pdf"; filename*=UTF-8''Quote%20%E2%80%9C1042%E2%80%9D.pdf`,
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Cache-Control': 'private, no-store',
      'Content-Length': '3',
    });
  });

  it.each([
    'text/html',
    'image/svg+xml',
    'application/xhtml+xml',
    'text/javascript',
    'text/xml',
    'a/b; x="\r\n"',
    null,
  ])('never say %j', (type) => {
    expect(file('x', type)['Content-Type']).toMatch(/^(application\/octet-stream|a\/b)$/);
  });

  it('show a picture inside the mail as a picture, and nothing else that claims to be inside', () => {
    expect(file('logo.png', 'image/png', true)['Content-Disposition']).toMatch(/^inline; /);
    expect(file('logo.png', 'image/png')['Content-Disposition']).toMatch(/^attachment; /);
    expect(file('page.html', 'text/html', true)['Content-Disposition']).toMatch(/^attachment; /);
    expect(file('logo.svg', 'image/svg+xml', true)['Content-Disposition']).toMatch(/^attachment; /);
  });

  it('save an attached mail as a mail and an appointment as one', () => {
    const item = (contentType: string) =>
      fileHeaders(
        { kind: 'item', name: 'Survey', content_type: null, is_inline: false },
        { contentType, contentLength: null },
      );
    expect(item('text/plain')).toMatchObject({ 'Content-Type': 'message/rfc822' });
    expect(item('text/plain')['Content-Disposition']).toContain('filename="Survey.eml"');
    expect(item('text/calendar; charset=utf-8')['Content-Disposition']).toContain('filename="Survey.ics"');
    expect(item('text/plain')).not.toHaveProperty('Content-Length');
  });
});
