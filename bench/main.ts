// `npm run bench`: every measurement, or those named: `npm run bench -- first-sync --large`.
import { firstSync } from './first-sync.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';

const BENCHES: Record<string, (options: { large: boolean }) => Promise<void>> = {
  'first-sync': firstSync,
  idle,
  latency,
};

const words = process.argv.slice(2);
const names = words.filter((word) => !word.startsWith('--'));
const unknown = names.find((name) => !(name in BENCHES));
if (unknown !== undefined) {
  console.error(`There is no measurement "${unknown}". There are: ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(1);
}
for (const [name, run] of Object.entries(BENCHES)) {
  if (names.length > 0 && !names.includes(name)) continue;
  await run({ large: words.includes('--large') });
}
