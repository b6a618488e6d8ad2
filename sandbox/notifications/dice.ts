// Chance that comes out the same in every run: the n-th notification always has the same fate.

/** @returns a number in [0, 1) that depends on `n` and `about` alone */
export function dice(n: number, about: string): number {
  let hash = 0x811c9dc5 ^ n;
  for (const character of `${about}${n}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 4294967296;
}
