// Import of real mail into a running sandbox: odd files, mbox, attachments of all sorts.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { importMail } from '../sandbox/import/import.ts';
import { splitMbox } from '../sandbox/import/mbox.ts';
import type { Sandbox } from '../sandbox/server.ts';
import { startSandbox } from '../sandbox/server.ts';
import type { StoredMessage } from '../sandbox/store/types.ts';

const ME = 'engineer@import.test';
const folder = mkdtempSync(join(tmpdir(), 'celeste-import-'));
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
  sandbox.store.createMailbox({ address: ME, displayName: 'Engineer' });
});

afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const eml = (...lines: string[]): string => `${lines.join('\r\n')}\r\n`;

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

async function bring(path: string, into = 'inbox') {
  const result = await importMail({ paths: [path], mailbox: ME, folder: into, url: sandbox.url });
  const messages = [...(sandbox.store.mailbox(ME)?.messages.values() ?? [])];
  return { ...result, last: messages.at(-1) as StoredMessage };
}

const bodyText = ({ body }: StoredMessage) =>
  typeof body.content === 'function' ? body.content() : body.content;

const PLAIN = eml(
  'Message-ID: <a1@sender.example>',
  'Date: Mon, 2 Feb 2026 10:00:00 +0100',
  'From: "Jürgen P." <j@sender.example>',
  `To: Engineer <${ME}>`,
  'Subject: =?iso-8859-1?Q?Dichtsatz_f=FCr_WO-1042?=',
  '',
  'Guten Tag.',
);

describe('a mail', () => {
  it('keeps its fields, its time and its source', async () => {
    const { last, problems } = await bring(file('plain.eml', PLAIN));
    expect(problems).toEqual([]);
    expect(last.subject).toBe('Dichtsatz für WO-1042');
    expect(last.from).toEqual({ name: 'Jürgen P.', address: 'j@sender.example' });
    expect(last.receivedAt.toISOString()).toBe('2026-02-02T09:00:00.000Z');
    expect(last.internetMessageId).toBe('<a1@sender.example>');
    expect(Buffer.from(last.mime ?? []).toString()).toBe(PLAIN);
  });

  it('joins the conversation it refers to, else that of its topic', async () => {
    const { last: first } = await bring(
      file('first.eml', PLAIN.replace('a1@', 'b1@').replace('Subject: ', 'Subject: X ')),
    );
    const reply = (id: string, ...head: string[]) =>
      eml(
        `Message-ID: <${id}@x.example>`,
        'Date: Tue, 3 Feb 2026 10:00:00 +0000',
        'From: x@x.example',
        ...head,
        '',
        'Hi',
      );
    const byReference = await bring(
      file('r1.eml', reply('b2', 'References: <gone@x.example> <b1@sender.example>', 'Subject: other')),
    );
    expect(byReference.last.conversationId).toBe(first.conversationId);
    const byTopic = await bring(file('r2.eml', reply('b3', `Subject: RE: AW: ${first.subject}`)));
    expect(byTopic.last.conversationId).toBe(first.conversationId);
    const stranger = await bring(file('r3.eml', reply('b4', 'Subject: nothing of the kind')));
    expect(stranger.last.conversationId).not.toBe(first.conversationId);
  });

  it('takes the time of its receipt before that of its writing', async () => {
    const received = 'Received: from a by b; Wed, 4 Feb 2026 08:00:05 +0000 (UTC)';
    const { last } = await bring(file('received.eml', `${received}\r\n${PLAIN.replace('a1@', 'c1@')}`));
    expect(last.receivedAt.toISOString()).toBe('2026-02-04T08:00:05.000Z');
    expect(last.sentAt?.toISOString()).toBe('2026-02-02T09:00:00.000Z');
  });
});

describe('attachments', () => {
  const MIXED = eml(
    'Message-ID: <d1@x.example>',
    'Date: Mon, 2 Feb 2026 10:00:00 +0000',
    'From: x@x.example',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=out',
    '',
    '--out',
    'Content-Type: multipart/related; boundary=in',
    '',
    '--in',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<p>Logo <img src="cid:logo@x"></p>',
    '--in',
    'Content-Type: image/png; name=logo.png',
    'Content-ID: <logo@x>',
    'Content-Disposition: inline',
    'Content-Transfer-Encoding: base64',
    '',
    'iVBORw0KGgo=',
    '--in--',
    '--out',
    'Content-Type: application/pdf',
    "Content-Disposition: attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf",
    'Content-Transfer-Encoding: base64',
    '',
    'JVBERg==',
    '--out',
    'Content-Type: message/rfc822',
    '',
    'Message-ID: <inner@x.example>',
    'From: inner@x.example',
    'Date: Sun, 1 Feb 2026 10:00:00 +0000',
    'Subject: the mail inside',
    '',
    'inner text',
    '--out--',
  );

  it('are files, inline pictures and mails', async () => {
    const { last } = await bring(file('mixed.eml', MIXED));
    expect(bodyText(last)).toContain('cid:logo@x');
    const [logo, pdf, inner] = last.attachments;
    expect(logo).toMatchObject({ kind: 'file', name: 'logo.png', isInline: true, contentId: 'logo@x' });
    expect(pdf).toMatchObject({
      kind: 'file',
      name: 'Größe.pdf',
      contentType: 'application/pdf',
      isInline: false,
    });
    expect(Buffer.from((pdf as { content: Uint8Array }).content).toString()).toBe('%PDF');
    expect(inner).toMatchObject({
      kind: 'item',
      name: 'the mail inside',
      message: { from: { address: 'inner@x.example' } },
    });
  });

  it('of a calendar make a meeting request', async () => {
    const invite = eml(
      'Message-ID: <e1@x.example>',
      'Date: Mon, 2 Feb 2026 10:00:00 +0000',
      'From: x@x.example',
      'Subject: Survey',
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'Please come.',
      '--b',
      'Content-Type: text/calendar; method=REQUEST',
      '',
      'BEGIN:VCALENDAR',
      'END:VCALENDAR',
      '--b--',
    );
    const { last } = await bring(file('invite.eml', invite));
    expect(last.odataType).toBe('#microsoft.graph.eventMessageRequest');
  });
});

describe('broken mail', () => {
  const BROKEN: Record<string, [content: string | Uint8Array, problem: RegExp]> = {
    'no-date.eml': [eml('From: x@x.example', 'Subject: undated', '', 'x'), /no date/],
    'bad-date.eml': [
      eml('From: x@x.example', 'Date: 45 Wintermonth', '', 'x'),
      /unreadable date "45 Wintermonth"/,
    ],
    'no-from.eml': [
      eml('Subject: from nobody', 'Date: Mon, 2 Feb 2026 10:00:00 +0000', '', 'x'),
      /no sender/,
    ],
    'odd-from.eml': [eml('From: not an address', '', 'x'), /odd sender|unreadable sender/],
    'charset.eml': [
      eml('From: x@x.example', 'Content-Type: text/plain; charset=x-yacht-7', '', 'x'),
      /character set "x-yacht-7"/,
    ],
    'truncated.eml': [
      eml(
        'From: x@x.example',
        'Content-Type: multipart/mixed; boundary=never',
        '',
        '--never',
        'Content-Type: text/plain',
        '',
        'half a',
      ),
      /no Message-ID/,
    ],
    'empty.eml': ['', /no sender/],
    'binary.eml': [Buffer.from([0, 255, 254, 13, 10, 128, 129, 0, 10, 10, 7]), /no sender/],
  };

  it.each(Object.entries(BROKEN))(
    '%s is imported, and what is wrong is said',
    async (name, [content, problem]) => {
      const { imported, failed, problems } = await bring(file(name, content));
      expect({ imported, failed }).toEqual({ imported: 1, failed: [] });
      expect(problems.map((one) => one.problem).join('; ')).toMatch(problem);
    },
  );

  it('with a date and nothing else keeps the half that is there', async () => {
    const { last } = await bring(join(folder, 'truncated.eml'));
    expect(bodyText(last)).toContain('half a');
  });

  it('with bare eight-bit letters in its subject is read as Windows wrote it', async () => {
    const bytes = Buffer.from(eml('From: x@x.example', 'Subject: Fa\u00e7ade f\u00fcr', '', 'x'), 'latin1');
    expect((await bring(file('eight-bit.eml', bytes))).last.subject).toBe('Façade für');
  });

  it('nested beyond sense does not stop the rest', async () => {
    const nested = Array.from(
      { length: 400 },
      (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
    );
    const { imported, problems } = await bring(file('nested.eml', `From: x@x.example\r\n${nested.join('')}`));
    expect(imported).toBe(1);
    expect(problems[0]?.problem).toMatch(/not readable as MIME/);
  });
});

describe('an mbox', () => {
  const MBOX = [
    'From a@x.example Mon Feb  2 10:00:00 2026',
    'Message-ID: <m1@x.example>',
    'From: a@x.example',
    'Date: Mon, 2 Feb 2026 10:00:00 +0000',
    'Subject: one',
    'Status: RO',
    '',
    'From the beginning of a line:',
    '',
    'From here on it is still the first mail.',
    '>From was quoted',
    '',
    'From b@x.example Mon Feb  2 11:00:00 2026',
    'Message-ID: <m2@x.example>',
    'From: b@x.example',
    'Date: Mon, 2 Feb 2026 11:00:00 +0000',
    'Subject: two',
    '',
    'second',
    '',
  ].join('\n');

  it.each(['\n', '\r\n'])('is split at its separators and nowhere else (line ends %j)', (end) => {
    const mails = [...splitMbox(Buffer.from(MBOX.replace(/\n/g, end)))].map(String);
    expect(mails).toHaveLength(2);
    expect(mails[0]).toContain(`${end}From was quoted`);
    expect(mails[0]).toContain('still the first mail');
  });

  it('is imported mail by mail, into a folder made for it', async () => {
    const seen: string[] = [];
    const path = file('archive.mbox', MBOX);
    const result = await importMail({
      paths: [path],
      mailbox: ME,
      folder: 'inbox/Old yacht/Archive',
      url: sandbox.url,
      onProgress: (_, name) => seen.push(name),
    });
    expect(result).toEqual({ imported: 2, problems: [], failed: [] });
    expect(seen).toEqual([`${path} #1`, `${path} #2`]);
    const made = sandbox.store.folder(ME, 'inbox/Old yacht/Archive');
    expect(made.messages.map((one) => [one.subject, one.isRead])).toEqual([
      ['one', true],
      ['two', false],
    ]);
  });
});

describe('the command', () => {
  const run = (...args: string[]) => {
    const main = fileURLToPath(new URL('../sandbox/import/main.ts', import.meta.url));
    return promisify(execFile)(process.execPath, [main, ...args]).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
  };

  it('imports a folder and says what was odd', async () => {
    file('many/deep/one.eml', PLAIN.replace('a1@', 'z1@'));
    file('many/two.eml', eml('From: x@x.example', '', 'x'));
    file('many/readme.txt', 'not mail');
    const { code, stdout } = await run(join(folder, 'many'), '--mailbox', ME, '--url', sandbox.url);
    expect(code).toBe(0);
    expect(stdout).toMatch(/two\.eml: no date/);
    expect(stdout).toMatch(/2 mails imported into engineer@import\.test, 1 of them with problems; 0 refused/);
  });

  it.each([
    [
      'no sandbox',
      ['plain.eml', '--mailbox', ME, '--url', 'http://127.0.0.1:1'],
      /No sandbox answers at .*npm run sandbox/,
    ],
    [
      'no mailbox',
      ['plain.eml', '--mailbox', 'nobody@import.test'],
      /no mailbox nobody@import\.test .* It has: engineer@import\.test/,
    ],
    ['no file', ['gone.eml', '--mailbox', ME], /There is no file or folder/],
    ['no address', ['plain.eml'], /--mailbox/],
  ])('with %s says so in words and fails', async (_, [name = '', ...rest], words) => {
    const url = rest.includes('--url') ? [] : ['--url', sandbox.url];
    const { code, stderr } = await run(join(folder, name), ...rest, ...url);
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
