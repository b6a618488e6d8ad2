// Settings in the control interface's JSON: snake_case, only what is to change.
import { ControlError } from './call.ts';
import type { Settings } from './settings.ts';
import { CLOUDS, DEAD_TOKEN_CODES, DEAD_TOKENS, RETRY_AFTER_MODES, TOO_LARGE } from './settings.ts';

type Fields = Record<string, unknown>;

/** Settings that are one of a few words. */
const WORDS: Record<string, readonly string[]> = {
  deadToken: DEAD_TOKENS,
  deadTokenCode: DEAD_TOKEN_CODES,
  cloud: CLOUDS,
  tooLarge: TOO_LARGE,
  retryAfter: RETRY_AFTER_MODES,
};

const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Changes `settings` in place. @throws {ControlError} 400 for a name that does not exist or a wrong type */
export function applySettings(settings: Settings, changes: Fields): Settings {
  merge(settings as unknown as Fields, changes, '');
  return settings;
}

function merge(target: Fields, changes: Fields, path: string): void {
  for (const [given, value] of Object.entries(changes)) {
    const name = camel(given);
    const current = target[name];
    if (current === undefined) throw new ControlError(400, `There is no setting "${path}${given}".`);
    if (typeof current !== typeof value) {
      throw new ControlError(400, `The setting "${path}${given}" takes a ${typeof current}.`);
    }
    const words = WORDS[name];
    if (words && !words.includes(String(value))) {
      throw new ControlError(400, `The setting "${path}${given}" is one of ${words.join(', ')}.`);
    }
    if (typeof current === 'object') merge(current as Fields, value as Fields, `${path}${given}.`);
    else target[name] = value;
  }
}
