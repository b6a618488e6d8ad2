// Holds the ranks of docs/architecture.md: imports point down, features do not know each other, and a few
// rules of STYLE.md that a machine can see. There is no list of exceptions.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

const RANKS: Record<string, number> = {
  base: 0,
  config: 1,
  db: 1,
  microsoft: 1,
  directory: 2,
  tenants: 3,
  maintenance: 4,
  mailboxes: 4,
  threads: 4,
  sync: 5,
  links: 5,
  outbox: 5,
  jobs: 6,
  http: 6,
  'app.ts': 7,
  cli: 8,
};

type Import = { file: string; specifier: string; typeOnly: boolean };

function sourceFiles(pattern: string): string[] {
  return globSync(pattern, { cwd: root, exclude: (path) => String(path).includes('node_modules') })
    .map(String)
    .filter((path) => !path.endsWith('.d.ts'));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found: Import[] = [];
  const statements = /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
  for (const match of text.matchAll(statements)) {
    found.push({ file, specifier: match[2] ?? '', typeOnly: match[1] !== undefined });
  }
  for (const match of text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    found.push({ file, specifier: match[1] ?? '', typeOnly: false });
  }
  return found;
}

function folderOf(path: string): string {
  return path.replace(/^src\//, '').split('/')[0] ?? '';
}

const isTest = (file: string) => /\.test\.tsx?$/.test(file);
const server = sourceFiles('src/**/*.ts').filter((file) => !isTest(file));

describe('src', () => {
  it('has only folders with a rank', () => {
    const unknown = [...new Set(server.map(folderOf))].filter((folder) => !(folder in RANKS));
    expect(unknown).toEqual([]);
  });

  it('imports only from a lower rank', () => {
    const upward = server.flatMap(importsOf).filter(({ file, specifier }) => {
      if (!specifier.startsWith('#')) return false;
      const from = RANKS[folderOf(file)] ?? Number.NaN;
      const to = RANKS[folderOf(specifier.slice(1))] ?? Number.NaN;
      // A folder within the folder (http/routes) reaches what stands above it by its full name.
      if (folderOf(specifier.slice(1)) === folderOf(file)) return dirname(file) === `src/${folderOf(file)}`;
      return !(to < from);
    });
    expect(upward).toEqual([]);
  });

  it('stays inside its folder with ./ and never climbs with ../', () => {
    const wrong = server.flatMap(importsOf).filter(({ file, specifier }) => {
      if (specifier.startsWith('../')) return true;
      if (!specifier.startsWith('./')) return false;
      const target = relative(root, normalize(join(root, dirname(file), specifier)));
      // http/routes is part of http, and the composition root stands beside the folders it knows.
      return folderOf(target) !== folderOf(file);
    });
    expect(wrong).toEqual([]);
  });

  it('reads process.env in config/env.ts alone', () => {
    const readers = server.filter(
      (file) => file !== 'src/config/env.ts' && /process\.env\b/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(readers).toEqual([]);
  });

  it('knows the pms_ tables in maintenance alone', () => {
    const readers = server.filter(
      (file) =>
        !file.startsWith('src/maintenance/') &&
        file !== 'src/tenants/schema.ts' &&
        /\bpms_(work_orders|equipment)\b/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(readers).toEqual([]);
  });

  it('has no barrels', () => {
    expect(server.filter((file) => /\/index\.ts$/.test(file))).toEqual([]);
  });
});

describe('sandbox', () => {
  it('imports nothing of ours', () => {
    const ours = sourceFiles('sandbox/**/*.ts')
      .flatMap(importsOf)
      .filter(({ file, specifier }) => {
        if (specifier.startsWith('#')) return true;
        if (!specifier.startsWith('.')) return false;
        return !relative(join(root, 'sandbox'), join(root, dirname(file), specifier)).match(/^(?!\.\.)/);
      })
      // demo/ is data, read by both sides.
      .filter(({ specifier }) => !/\/demo\/[\w-]+\.json$/.test(specifier));
    expect(ours).toEqual([]);
  });
});

describe('web', () => {
  const page = sourceFiles('web/src/**/*.{ts,tsx}').filter((file) => !isTest(file));

  it('takes from the server only the type of the API', () => {
    const taken = page
      .flatMap(importsOf)
      .filter(
        ({ specifier, typeOnly }) => specifier.startsWith('#') && !(typeOnly && specifier === '#http/app.ts'),
      );
    expect(taken).toEqual([]);
  });

  it('has features that do not know each other, above ui and below app', () => {
    const layer = (path: string) => path.replace(/^web\/src\//, '').split('/');
    const wrong = page.flatMap(importsOf).filter(({ file, specifier }) => {
      if (!specifier.startsWith('.')) return false;
      const [fromLayer, fromFeature] = layer(file);
      const target = relative(root, normalize(join(root, dirname(file), specifier)));
      const [toLayer, toFeature] = layer(target);
      if (fromLayer === 'features')
        return toLayer === 'app' || (toLayer === 'features' && toFeature !== fromFeature);
      if (fromLayer === 'ui') return toLayer !== 'ui';
      return false;
    });
    expect(wrong).toEqual([]);
  });
});
