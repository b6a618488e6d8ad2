// The Prefer header: honoured for this request alone, and said so in Preference-Applied.
import type { IdForm } from '../store/ids.ts';
import type { BodyType } from '../store/new-message.ts';

export type Preferences = {
  idForm: IdForm;
  bodyType: BodyType | null;
  maxPageSize: number | null;
  allowUnsafeHtml: boolean;
  /** What goes into Preference-Applied, in the order asked. */
  applied: string[];
};

/** Unknown preferences are ignored, as RFC 7240 says. */
export function readPreferences(header: string | undefined): Preferences {
  const preferences: Preferences = {
    idForm: 'default',
    bodyType: null,
    maxPageSize: null,
    allowUnsafeHtml: false,
    applied: [],
  };
  for (const part of (header ?? '').split(',')) {
    const [, name = '', value = ''] = /^\s*([^=\s]+)\s*(?:=\s*"?([^"]*?)"?)?\s*$/.exec(part) ?? [];
    switch (name.toLowerCase()) {
      case 'idtype':
        if (value.toLowerCase() !== 'immutableid') break;
        preferences.idForm = 'immutable';
        preferences.applied.push('IdType="ImmutableId"');
        break;
      case 'outlook.body-content-type':
        if (value.toLowerCase() !== 'text' && value.toLowerCase() !== 'html') break;
        preferences.bodyType = value.toLowerCase() as BodyType;
        preferences.applied.push(`outlook.body-content-type="${preferences.bodyType}"`);
        break;
      case 'odata.maxpagesize': {
        const size = Number(value);
        if (!Number.isInteger(size) || size < 1) break;
        preferences.maxPageSize = Math.min(size, 1000);
        preferences.applied.push(`odata.maxpagesize=${preferences.maxPageSize}`);
        break;
      }
      case 'outlook.allow-unsafe-html':
        preferences.allowUnsafeHtml = true;
        preferences.applied.push('outlook.allow-unsafe-html');
        break;
    }
  }
  return preferences;
}
