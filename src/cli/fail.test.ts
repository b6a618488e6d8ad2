import { describe, expect, it } from 'vitest';

import { CelesteError } from '#base/errors.ts';

import { explain } from './fail.ts';

describe('explain', () => {
  it('says what is wrong and what to do', () => {
    expect(explain(new CelesteError('odd', 'It is odd.', { advice: 'Make it even.' }))).toBe(
      'It is odd. Make it even.',
    );
  });

  it('names the setting behind a port that cannot be had', () => {
    const inUse = Object.assign(new Error('listen'), { syscall: 'listen', code: 'EADDRINUSE', port: 3000 });
    expect(explain(inUse)).toMatch(/Port 3000 .* PORT/);
    expect(explain(Object.assign(inUse, { code: 'EACCES', port: 80 }))).toMatch(/port 80.* PORT/);
  });

  it('names the disk when it is full, whatever it stopped', () => {
    const said = new Error('could not write to file "pg_wal/xlogtemp.1": No space left on device');
    const migration = new CelesteError('migration_failed', 'It failed.', { cause: said });
    const written = Object.assign(new Error('write'), { code: 'ENOSPC' });
    for (const error of [said, migration, written]) {
      expect(explain(error)).toMatch(/^The disk .* is full\. Make room and start again\.$/);
    }
  });

  it('is one line without passwords or addresses', () => {
    const error = new Error('no postgres://u:hunter2@db.test\n   for eto@corvina.test');
    expect(explain(error)).toBe('no postgres://u:[password]@db.test for [address]');
  });
});
