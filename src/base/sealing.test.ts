import { randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { createSealer, keyIdOf } from './sealing.ts';

const key = (kid: string) => ({ kid, key: new Uint8Array(randomBytes(32)) });
const [older, newer] = [key('2026-01'), key('2026-06')];
const CONTEXT = 'token:3f0c:read:access';

describe('a sealer', () => {
  it('opens what it sealed, and seals the same differently each time', async () => {
    const sealer = createSealer([newer]);
    const [one, two] = await Promise.all([sealer.seal('ä token', CONTEXT), sealer.seal('ä token', CONTEXT)]);
    expect(one).not.toBe(two);
    expect(await sealer.open(one, CONTEXT)).toBe('ä token');
  });

  it('seals with the first key and opens with all', async () => {
    const before = await createSealer([older]).seal('kept', CONTEXT);
    const rotated = createSealer([newer, older]);
    expect(await rotated.open(before, CONTEXT)).toBe('kept');
    expect(keyIdOf(await rotated.seal('new', CONTEXT))).toBe('2026-06');
  });

  it('says which key is missing', async () => {
    const sealed = await createSealer([older]).seal('lost', CONTEXT);
    await expect(createSealer([newer]).open(sealed, CONTEXT)).rejects.toMatchObject({
      code: 'seal_unknown_key',
      message: expect.stringContaining('2026-01'),
    });
  });

  it('does not open a value that was copied to another place', async () => {
    const sealer = createSealer([newer]);
    const sealed = await sealer.seal('mine', CONTEXT);
    await expect(sealer.open(sealed, 'token:9a9a:read:access')).rejects.toMatchObject({
      code: 'seal_broken',
    });
  });

  it('does not open a value whose header was rewritten to fit', async () => {
    const sealer = createSealer([newer]);
    const [mine, theirs] = await Promise.all([
      sealer.seal('mine', CONTEXT),
      sealer.seal('theirs', 'token:9a9a'),
    ]);
    const forged = [mine.split('.')[0], ...theirs.split('.').slice(1)].join('.');
    await expect(sealer.open(forged, CONTEXT)).rejects.toMatchObject({ code: 'seal_broken' });
  });

  it.each(['', 'plain text', 'a.b.c.d.e'])('does not take %j for something sealed', async (text) => {
    await expect(createSealer([newer]).open(text, CONTEXT)).rejects.toMatchObject({ code: 'seal_broken' });
  });

  it('shows nobody what it is bound to', async () => {
    const sealed = await createSealer([newer]).seal('x', 'token:eto@corvina.test');
    expect(Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString()).not.toContain('corvina');
  });

  it('needs a key', () => {
    expect(() => createSealer([])).toThrow(expect.objectContaining({ code: 'seal_no_keys' }));
  });
});
