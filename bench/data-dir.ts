import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives a measurement a folder for its databases, and removes it afterwards. */
export async function withDataDir(measure: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'celeste-bench-'));
  // Under root PostgreSQL runs as another user, who must get there.
  await chmod(dataDir, 0o755);
  try {
    await measure(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
