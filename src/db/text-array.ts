// A text[] as PostgreSQL reads it: `pg` sends a Buffer as a parameter in binary format, so that many rows cost
// neither quoting here nor parsing there.

const HEADER_BYTES = 20;
const TEXT_OID = 25;

/**
 * The values as one parameter; cast it in the statement (`$1::text[]`). They must be free of NUL, which PostgreSQL
 * refuses.
 *
 * Format: one dimension, a flag for nulls, the element's type, its length and lower bound; then each element as
 * its length in bytes (-1 for null) and its UTF-8 (`array_recv` in PostgreSQL's src/backend/utils/adt/arrayfuncs.c).
 */
export function textArray(values: (string | null)[]): Buffer {
  const lengths = values.map((value) => (value === null ? -1 : Buffer.byteLength(value)));
  const size = lengths.reduce((sum, length) => sum + 4 + Math.max(length, 0), HEADER_BYTES);
  const bytes = Buffer.allocUnsafe(size);
  bytes.writeInt32BE(1, 0);
  bytes.writeInt32BE(lengths.includes(-1) ? 1 : 0, 4);
  bytes.writeInt32BE(TEXT_OID, 8);
  bytes.writeInt32BE(values.length, 12);
  bytes.writeInt32BE(1, 16);
  let at = HEADER_BYTES;
  for (const [index, value] of values.entries()) {
    at = bytes.writeInt32BE(lengths[index] ?? -1, at);
    if (value !== null) at += bytes.write(value, at);
  }
  return bytes;
}
