// A line to PostgreSQL that a story holds in its hand: it can keep back a COMMIT before the server hears of it, or
// the server's word that it is done, or be cut for a while. The server behind it is the real one.
// https://www.postgresql.org/docs/current/protocol-message-formats.html
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Where a transaction is held: nothing is committed yet; or it is, and the client does not know. */
export type Point = 'before_commit' | 'after_commit';

export type DatabaseLine = {
  port: number;
  /** Holds the transaction that commits after `passing` others; resolves once it is held. */
  hold(point: Point, passing: number): Promise<void>;
  /** Commits that went through, since the last `hold`. */
  commits(): number;
  /** Every connection breaks, and none is let in until `mend`. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
};

// Query 'commit', as the client sends it, and the server's CommandComplete 'COMMIT'.
const ASKS = Buffer.from('commit\0');
const DONE = Buffer.from('COMMIT\0');

export async function openDatabaseLine(server: { host: string; port: number }): Promise<DatabaseLine> {
  const sockets = new Set<Socket>();
  let holding: { point: Point; passing: number; held: () => void } | null = null;
  let commits = 0;
  let isCut = false;

  const mayPass = (point: Point, chunk: Buffer, mark: Buffer): boolean => {
    if (!chunk.includes(mark)) return true;
    if (point === 'before_commit') commits += 1;
    if (holding?.point !== point) return true;
    if (holding.passing > 0) {
      holding.passing -= 1;
      return true;
    }
    holding.held();
    holding = null;
    return false;
  };

  const listener = createServer((client) => {
    if (isCut) return void client.destroy();
    const isSocketFile = server.host.startsWith('/');
    const upstream = connect(isSocketFile ? { path: `${server.host}/.s.PGSQL.${server.port}` } : server);
    const both = [client, upstream];
    let isHeld = false;
    for (const socket of both) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        for (const each of both) each.destroy();
      });
    }
    client.on('data', (chunk) => {
      isHeld ||= !mayPass('before_commit', chunk, ASKS);
      if (!isHeld) upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      isHeld ||= !mayPass('after_commit', chunk, DONE);
      if (!isHeld) client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (listener.address() as AddressInfo).port,
    hold: (point, passing) =>
      new Promise((held) => {
        commits = 0;
        holding = { point, passing, held };
      }),
    commits: () => commits,
    cut,
    mend: () => {
      isCut = false;
    },
    close: async () => {
      cut();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
