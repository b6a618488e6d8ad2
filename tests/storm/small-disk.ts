// A disk so small that it is soon full, for a PostgreSQL to live on: a tmpfs in a mount namespace of its own, reached
// through /proc. Any user may make one where the kernel lets users have namespaces; nothing of it outlives the test.
// https://man7.org/linux/man-pages/man7/user_namespaces.7.html
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type SmallDisk = {
  /** A folder on it that belongs to whoever runs PostgreSQL. */
  folder: string;
  /** Leaves no room on it. */
  fill(): Promise<void>;
  makeRoom(): Promise<void>;
  close(): Promise<void>;
};

/** The embedded server does not run as root: under root it runs as nobody, and so must whoever mounts its disk. */
const account =
  process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : ({} as { uid?: number; gid?: number });

function idOf(which: '-u' | '-g'): number {
  return Number(execFileSync('id', [which, 'nobody'], { encoding: 'utf8' }));
}

/** @throws Error when this machine does not let us have one, with its words */
export async function openSmallDisk(megabytes: number): Promise<SmallDisk> {
  const place = mkdtempSync(join(tmpdir(), 'celeste-small-disk-'));
  // It ends with its standard input, which ends with us.
  const holder = spawn('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', HOLDER, place], {
    ...account,
    env: { ...process.env, SIZE: `${megabytes}m` },
    stdio: 'pipe',
  });
  const close = async () => {
    const ended = holder.exitCode === null && holder.pid !== undefined ? once(holder, 'exit') : null;
    holder.kill('SIGKILL');
    await ended;
    rmSync(place, { recursive: true, force: true });
  };
  const answer = createAnswers(holder);
  const tell = async (order: string) => {
    holder.stdin.write(`${order}\n`);
    await answer();
  };
  await answer().catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const folder = `/proc/${holder.pid}/root${place}/space`;
  return { folder, fill: () => tell('fill'), makeRoom: () => tell('room'), close };
}

// Whoever fills the disk must be somebody whom its namespace knows.
const HOLDER = `
mount -t tmpfs -o "size=$SIZE,mode=0700" none "$0" && cd "$0" && mkdir -m 0700 space && echo done || exit 1
while read -r order; do
  case $order in
    fill) cat /dev/zero > ballast 2>/dev/null ;;
    room) rm ballast ;;
  esac
  echo done
done`;

/** Each call resolves with the holder's next word. @throws Error with what it said when it has ended */
function createAnswers(holder: ChildProcessWithoutNullStreams): () => Promise<void> {
  const words = createInterface({ input: holder.stdout })[Symbol.asyncIterator]();
  let complaint = '';
  holder.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  holder.on('error', (error) => {
    complaint += error.message;
  });
  return async () => {
    const { done } = await words.next();
    if (done) throw new Error(complaint.trim() || 'the disk is gone');
  };
}
