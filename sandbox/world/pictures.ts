// Small PNG pictures: firms' logos in signatures, and the "photos" that engineers attach.
// https://www.w3.org/TR/png-3/
import { crc32, deflateSync } from 'node:zlib';

import { hash } from './random.ts';

type Painter = (x: number, y: number) => [number, number, number];

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function chunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([head, body, check]);
}

/** @param level of compression; 0 gives a size that depends on the measures alone */
function png(width: number, height: number, options: { paint: Painter; level: number }): Uint8Array {
  const pixels = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) pixels.set(options.paint(x, y), y * (1 + width * 3) + 1 + x * 3);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels, { level: options.level })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const logos = new Map<string, Uint8Array>();

/** A firm's mark: a coloured bar with a wave; made once for each firm. */
export function logo(firm: string): Uint8Array {
  const known = logos.get(firm);
  if (known) return known;
  const seed = hash(firm);
  const colour: [number, number, number] = [seed & 0x7f, (seed >> 8) & 0x7f, 80 + ((seed >> 16) & 0x7f)];
  const made = png(120, 32, {
    level: 9,
    paint: (x, y) => {
      const wave = 16 + Math.round(7 * Math.sin((x + (seed % 40)) / 9));
      if (x < 5) return colour;
      return Math.abs(y - wave) < 3 && x > 12 ? colour : [255, 255, 255];
    },
  });
  logos.set(firm, made);
  return made;
}

const PHOTO = { width: 240, height: 160 };

/** Like a photo taken in an engine room: grey, a light, something round. */
export function photo(seed: number): Uint8Array {
  const cx = 60 + (seed % 120);
  const cy = 50 + ((seed >> 8) % 60);
  return png(PHOTO.width, PHOTO.height, {
    level: 0,
    paint: (x, y) => {
      const distance = Math.hypot(x - cx, y - cy);
      const base = 70 + ((x * 31 + y * 17 + seed) % 23) + Math.round(y / 4);
      if (distance < 34 && distance > 26) return [150, 120, 70];
      return distance < 26 ? [base + 60, base + 55, base + 40] : [base, base + 4, base + 8];
    },
  });
}

let size = 0;

/** Bytes of every photo. */
export function photoSize(): number {
  size ||= photo(1).length;
  return size;
}
