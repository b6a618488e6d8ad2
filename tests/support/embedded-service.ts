// A process that uses the embedded PostgreSQL of a folder and can be killed: it says that it is up, then the
// number of each row once that row's commit has been acknowledged. On SIGTERM it leaves in order.
import { createLog } from '#base/log.ts';
import { openPool } from '#db/connect.ts';
import { startEmbeddedPostgres } from '#db/embedded.ts';

const [dataDir = '', mode = 'idle'] = process.argv.slice(2);
const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);

const postgres = await startEmbeddedPostgres(dataDir, createLog('warn', { format: 'text' }));
await postgres.ensureDatabase('crash');
const pool = openPool(postgres.url('crash'), { max: 2, idleMs: 1_000 });
if (mode === 'write')
  await pool.query('create table rows (id bigint generated always as identity, at timestamptz)');
say({ owned: postgres.owned, url: postgres.url('crash') });

let leaving = false;
process.on('SIGTERM', () => {
  leaving = true;
  void pool
    .end()
    .then(() => postgres.stop())
    .then(() => process.exit(0));
});

while (mode === 'write' && !leaving) {
  const { rows } = await pool.query('insert into rows (at) values (now()) returning id');
  say({ id: Number(rows[0].id) });
}
// Idle: the guard connection keeps the process up.
