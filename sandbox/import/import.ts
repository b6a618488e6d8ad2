// Imports real mail, .eml and .mbox, into a mailbox of a running sandbox.
import { readMail } from './read-mail.ts';
import { connectSandbox, ImportError } from './sandbox-client.ts';
import { findFiles, sourcesIn } from './sources.ts';

export type ImportOptions = {
  paths: string[];
  mailbox: string;
  /** A well-known name or a path of names; made when it does not exist. */
  folder: string;
  /** Of the sandbox. */
  url: string;
  /** Make the mailbox when it does not exist. */
  create?: boolean;
  onProgress?: (done: number, name: string) => void;
};

export type ImportResult = {
  imported: number;
  /** What was wrong with which mail; those are in the mailbox all the same. */
  problems: { name: string; problem: string }[];
  /** Mails that the sandbox refused. */
  failed: { name: string; problem: string }[];
};

/** @throws Error when there is nothing to import, no sandbox, or no such mailbox */
export async function importMail(options: ImportOptions): Promise<ImportResult> {
  const files = options.paths.flatMap(findFiles);
  const sandbox = connectSandbox(options.url);
  await sandbox.openMailbox(options.mailbox, { create: options.create ?? false });
  const result: ImportResult = { imported: 0, problems: [], failed: [] };
  for (const file of files) {
    for (const source of sourcesIn(file)) {
      const { message, problems } = await readMail(source.bytes, source.fileDate);
      result.problems.push(...problems.map((problem) => ({ name: source.name, problem })));
      try {
        await sandbox.deliver(options.mailbox, options.folder, message);
        result.imported += 1;
      } catch (error) {
        if (!(error instanceof ImportError) || error.cause) throw error;
        result.failed.push({ name: source.name, problem: error.message });
      }
      options.onProgress?.(result.imported + result.failed.length, source.name);
    }
  }
  return result;
}
