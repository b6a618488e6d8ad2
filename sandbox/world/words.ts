// Text with choices in it: `[[a|b]]` becomes one of them, `{name}` what is filled in.
import type { Random } from './random.ts';

export type Words = Record<string, string>;

/**
 * @throws Error when the text wants a word that was not given: a gap must never reach a mail.
 */
export function compose(text: string, words: Words, random: Random): string {
  let chosen = text;
  // Innermost choices first, so that they may stand inside each other.
  for (let again = true; again; ) {
    const before = chosen;
    chosen = chosen.replace(/\[\[((?:(?!\[\[|\]\]).)*)\]\]/gs, (_, options: string) =>
      random.pick(options.split('|')),
    );
    again = chosen !== before;
  }
  return chosen.replace(/\{(\w+)\}/g, (_, name: string) => {
    const word = words[name];
    if (word === undefined) throw new Error(`No word for {${name}} in: ${text.slice(0, 60)}`);
    return word;
  });
}
