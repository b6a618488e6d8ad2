// Transactions whose statements may be sent together. Kysely's own send one and wait for its answer, which costs a
// turn of a busy event loop each; a page of a first sync has a dozen. Here statements that do not need each
// other's answers, issued without `await` between them, travel at once (`pg`'s pipeline mode), and the server still
// runs them one after the other, in the order in which they were issued.
import { setImmediate as nextTurn } from 'node:timers/promises';

import {
  DefaultConnectionProvider,
  DefaultQueryExecutor,
  isAbortedTransactionError,
  PostgresDialect,
  type PostgresPool,
  sql,
  Transaction,
} from 'kysely';

export type PipelinedDatabase<Schema> = {
  /**
   * What `fn` resolves to, in a transaction that is committed then and undone when anything throws. `open` issues
   * the transaction's first statements; `fn` begins without waiting for them, and what they throw counts first.
   */
  transact<T>(options: TransactOptions<Schema>, fn: Work<Schema, T>): Promise<T>;
  /** Ends the pool once its connections are back. */
  destroy(): Promise<void>;
};

/** What is done in a transaction. */
export type Work<Schema, T> = (tx: Transaction<Schema>, lastly: Lastly) => Promise<T>;

/**
 * Takes statements, already issued, whose answers nobody needs but to know that they succeeded: the commit is sent
 * right behind them instead of waiting for them.
 */
export type Lastly = (statements: Promise<unknown>) => void;

export type TransactOptions<Schema> = {
  accessMode?: 'read only';
  open?: (tx: Transaction<Schema>) => Promise<unknown>;
};

/** @param pool whose connections are in pipeline mode; see `openPool` */
export function createPipelinedDatabase<Schema>(pool: PostgresPool): PipelinedDatabase<Schema> {
  const dialect = new PostgresDialect({ pool });
  const driver = dialect.createDriver();
  const provider = new DefaultConnectionProvider(driver);
  const compiler = dialect.createQueryCompiler();
  const executor = new DefaultQueryExecutor(compiler, dialect.createAdapter(), provider);
  let ready: Promise<void> | undefined;
  return {
    transact: async (options, fn) => {
      ready ??= driver.init({});
      await ready;
      return provider.provideConnection(async (connection) => {
        let isOver = false;
        let firstFailure: unknown;
        const transaction = new Transaction<Schema>({
          config: { dialect },
          dialect,
          driver,
          executor: executor.withConnectionProvider({
            provideConnection: async (use) => {
              if (isOver) throw new Error('a statement came after its transaction was over');
              try {
                return await use(connection);
              } catch (error) {
                firstFailure ??= error;
                throw error;
              }
            },
          }),
        });
        const { accessMode, open } = options;
        const last: Promise<unknown>[] = [];
        const lastly: Lastly = (statements) => {
          last.push(statements);
          // It is awaited with the commit; a failure until then is not unhandled.
          statements.catch(() => undefined);
        };
        const opened = Promise.all([
          driver.beginTransaction(connection, accessMode ? { accessMode } : {}),
          open?.(transaction),
        ]);
        try {
          const [, result] = await Promise.all([opened, fn(transaction, lastly)]);
          // One that this process could not even send must be heard of before the commit goes.
          if (last.length > 0) await Promise.race([Promise.all(last), nextTurn()]);
          isOver = true;
          // Behind a statement that fails the server takes a commit for a rollback.
          await Promise.all([...last, driver.commitTransaction(connection)]);
          return result;
        } catch (error) {
          isOver = true;
          const first = await opened.then(
            () => error,
            (reason: unknown) => reason,
          );
          // Where it cannot be undone the driver discards the connection, and the server undoes it.
          await driver.rollbackTransaction(connection).catch(() => undefined);
          await Promise.allSettled(last);
          // What the server says to statements behind one that failed: which of them is heard first is chance.
          throw isAborted(first) ? (firstFailure ?? first) : first;
        }
      });
    },
    destroy: async () => {
      ready ??= driver.init({});
      await ready;
      await driver.destroy();
    },
  };
}

const isAborted = (error: unknown) =>
  (error as { code?: unknown } | null)?.code === '25P02' || isAbortedTransactionError(error);

/**
 * Lets this transaction's commit answer before it is on disk. What it wrote stays whole: a crash of the server within
 * the next moments forgets all of it or nothing, and a later commit that does wait takes it along. For work that
 * begins again where the database says it stopped.
 * https://www.postgresql.org/docs/current/wal-async-commit.html
 */
export async function deferDurability<Schema>(tx: Transaction<Schema>): Promise<void> {
  await sql`set local synchronous_commit = off`.execute(tx);
}
