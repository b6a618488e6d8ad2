import { describe, expect, it } from 'vitest';

import { CelesteError } from './errors.ts';
import { censor, createLog } from './log.ts';

function linesOf(
  write: (log: ReturnType<typeof createLog>) => void,
  format: 'json' | 'text' = 'json',
): string {
  const lines: string[] = [];
  write(createLog('debug', { format, write: (line) => lines.push(line) }));
  return lines.join('');
}

describe('censor', () => {
  it.each([
    ['eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aXY.Y2lwaGVy.dGFn', '[token]'],
    ['Authorization: Bearer EwBgA8l6BAAUbDba3x2OMJElkF7gJ4z', 'Authorization: Bearer [token]'],
    [
      'https://graph.test/v1.0/me/messages/delta?$deltatoken=abc.123',
      'https://graph.test/v1.0/me/messages/delta?$deltatoken=[token]',
    ],
    [
      '/auth/outlook/callback?code=M.C5_x&state=s3cr3t',
      '/auth/outlook/callback?code=[hidden]&state=[hidden]',
    ],
    ['postgres://celeste:hunter2@db.test/master', 'postgres://celeste:[password]@db.test/master'],
    ['mail from chief.engineer@corvina.test', 'mail from [address]'],
  ])('takes what is secret out of %j', (text, expected) => {
    expect(censor(text)).toBe(expected);
  });

  it('leaves ordinary words alone', () => {
    const text = 'watcher 6f7a1b6e synced 500 messages in 1.2 s, status=active';
    expect(censor(text)).toBe(text);
  });
});

describe('a log', () => {
  it('hides fields that name something secret, one or two levels down too', () => {
    const line = linesOf((log) =>
      log.info({ token: 't1', row: { subject: 's1', deep: { password: 'p1' } } }, 'x'),
    );
    expect(line).not.toMatch(/t1|s1|p1/);
  });

  it('writes an error with its code, and without what its message gives away', () => {
    const line = linesOf((log) =>
      log.error({ err: new CelesteError('odd', 'no mail to eto@corvina.test') }, 'failed'),
    );
    expect(JSON.parse(line)).toMatchObject({
      level: 'error',
      msg: 'failed',
      err: { code: 'odd', message: 'no mail to [address]' },
    });
  });

  it('carries a child’s fields and keeps to its level', () => {
    const lines: string[] = [];
    const log = createLog('info', { write: (line) => lines.push(line) }).child({ yacht_id: 'corvina' });
    log.debug('unheard');
    log.warn({ messages: 3 }, 'heard');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { yacht_id: 'corvina', messages: 3, msg: 'heard' },
    ]);
  });

  it('is one readable line for a person', () => {
    const line = linesOf((log) => log.info({ port: 3000 }, 'the API is up'), 'text');
    expect(line).toMatch(/^\d\d:\d\d:\d\d info {2}the API is up port=3000\n$/);
  });
});
