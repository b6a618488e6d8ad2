import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, expect, it, vi } from 'vitest';

import { readEnv } from './env.ts';

const folder = mkdtempSync(join(tmpdir(), 'celeste-env-'));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it('puts the environment over the file, and counts an empty value as absent', () => {
  const file = join(folder, '.env');
  writeFileSync(
    file,
    'PORT=4000\nHOST=0.0.0.0 # every address\nLOG_LEVEL=\nCORVINA_DATABASE_URL="postgres://x/y"\n',
  );
  vi.stubEnv('PORT', '5000');
  vi.stubEnv('METRICS_TOKEN', ' ');
  const env = readEnv(file);
  expect(env).toMatchObject({ PORT: '5000', HOST: '0.0.0.0', CORVINA_DATABASE_URL: 'postgres://x/y' });
  expect(env.LOG_LEVEL).toBeUndefined();
  expect(env.METRICS_TOKEN).toBeUndefined();
});

it('does without a file', () => {
  expect(() => readEnv(join(folder, 'nowhere'))).not.toThrow();
});
