// A zip archive without compression: the container of the workbooks that hang on mails.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
import { crc32 } from 'node:zlib';

/** 1 January 2024 in the format's own bits: the archive's bytes never depend on the day. */
const DATE = ((2024 - 1980) << 9) | (1 << 5) | 1;

function fields(values: [size: 2 | 4, value: number][]): Buffer {
  return Buffer.concat(
    values.map(([size, value]) => {
      const field = Buffer.alloc(size);
      field.writeUIntLE(value >>> 0, 0, size);
      return field;
    }),
  );
}

/** @param files their text by path, in the order they are to have */
export function makeZip(files: Record<string, string>): Uint8Array {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of Object.entries(files)) {
    const name = Buffer.from(path, 'utf8');
    const data = Buffer.from(content, 'utf8');
    const common: [2 | 4, number][] = [
      [2, 20],
      [2, 0],
      [2, 0],
      [2, 0],
      [2, DATE],
      [4, crc32(data)],
      [4, data.length],
      [4, data.length],
      [2, name.length],
      [2, 0],
    ];
    const entry = Buffer.concat([fields([[4, 0x04034b50], ...common]), name, data]);
    central.push(
      Buffer.concat([
        fields([[4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]),
        name,
      ]),
    );
    local.push(entry);
    offset += entry.length;
  }
  const directory = Buffer.concat(central);
  const count = central.length;
  const end = fields([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, directory.length],
    [4, offset],
    [2, 0],
  ]);
  return Buffer.concat([...local, directory, end]);
}
