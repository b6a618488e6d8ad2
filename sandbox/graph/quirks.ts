// Oddities of delta pages that are seen in the field, on request: order, duplicates, strange tombstones.
import { immutableMessageId } from '../store/ids.ts';
import type { GraphCall } from './call.ts';
import type { Row } from './message-json.ts';

/** @param seed makes the disturbance of a page the same when the page is asked for again */
export function disturb(call: GraphCall, rows: Row[], seed: number): Row[] {
  const { quirks } = call.context.settings;
  const disturbed = [...rows];
  if (quirks.unknownTombstones && seed % 2 === 0) {
    // Serial numbers that high are never given out, so this id has never been anybody's.
    const id = immutableMessageId(call.mailbox.fingerprint, 1e12 + seed);
    disturbed.push({ '@odata.type': '#microsoft.graph.message', id, '@removed': { reason: 'deleted' } });
  }
  if (quirks.duplicates && rows.length > 1) {
    const twice = rows[seed % rows.length] ?? {};
    // Of two rows the last one holds; where the order means nothing, both must say the same.
    if (quirks.shuffle) disturbed.push(twice);
    else disturbed.unshift(earlier(twice));
  }
  if (quirks.shuffle) disturbed.sort((a, b) => order(a, seed) - order(b, seed));
  return disturbed;
}

/** A row as it may have been a moment before. */
function earlier(row: Row): Row {
  return typeof row.isRead === 'boolean' ? { ...row, isRead: !row.isRead } : row;
}

function order(row: Row, seed: number): number {
  let hash = seed | 0;
  for (const character of String(row.id).slice(-60))
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x5bd1e995);
  return hash;
}
