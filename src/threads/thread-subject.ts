import { type RawBuilder, sql } from 'kysely';

/** `Re:` and its like in the languages Outlook writes them. */
const REPLY_PREFIX = String.raw`^(\s*(re|fwd?|aw|wg|sv|vs|antw|doorst|rif|tr|rv|enc|res|odp|pd|ynt|ilt|απ|πρθ|отв|ответ)\s*(\[\d+\])?\s*[:：])+\s*`;

/** What a thread is called whose first message has this subject: it is named after what was asked. */
export function threadSubject(subject: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`nullif(regexp_replace(${subject}, ${REPLY_PREFIX}, '', 'i'), '')`;
}
