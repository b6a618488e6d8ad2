// Numbers and names in the words of the page.

/** "820 B", "14 kB", "2.3 MB". */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** 12,480 as "12 480": a thin space, so that no language reads it as a decimal. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
}

/** "1 message", "3 messages". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `text` with a direction of its own among others, as `bdi` does in HTML: U+2068 … U+2069. */
export const isolated = (text: string): string => `\u2068${text}\u2069`;

type Named = { name: string | null; address: string | null };

/** A person's name, else the address, else a word that says neither was given. */
export function nameOf(person: Named | null): string {
  return person?.name || person?.address || 'Unknown sender';
}

/** One or two initials: "Marta Lindqvist" → "ML". */
export function initials(name: string): string {
  const words = name
    .replace(/["'<>()]/g, '')
    .split(/[\s.@_-]+/)
    .filter(Boolean);
  const first = [...(words[0] ?? '?')][0] ?? '?';
  const last = words.length > 1 && !name.includes('@') ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return (first + last).toUpperCase();
}

/** "chief_engineer" → "Chief engineer"; the ETO keeps the capitals. */
export function roleName(role: string): string {
  if (role === 'eto') return 'ETO';
  const words = role.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
