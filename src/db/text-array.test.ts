import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { urlOf } from '../../tests/support/postgres.ts';
import { textArray } from './text-array.ts';

let client: Client;

beforeAll(async () => {
  client = new Client({ connectionString: urlOf('postgres') });
  await client.connect();
});
afterAll(() => client.end());

const stored = async (values: (string | null)[]) =>
  (await client.query('select $1::text[] as values', [textArray(values)])).rows[0].values;

it('says what PostgreSQL understands', async () => {
  const values = ['', null, 'null', '{"a",\\b}', 'Κύμα 波 🌊', 'line\r\nline', ' '];
  expect(await stored(values)).toEqual(values);
  expect(await stored([null])).toEqual([null]);
});

it('says any text', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.replaceAll('\u0000', ''));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(text), { minLength: 1 }), async (values) => {
      expect(await stored(values)).toEqual(values);
    }),
  );
});
