// `npm run bench`: every measurement, or those named: `npm run bench -- first-sync start`.

// A measurement prints its figures itself. Loaded when it is its turn, so that none measures another's memory.
const BENCHES: Record<string, () => Promise<void>> = {
  start: async () => (await import('./start.ts')).start(),
  'first-sync': async () => (await import('./first-sync.ts')).firstSync(),
  idle: async () => (await import('./idle.ts')).idle(),
  scale: async () => (await import('./scale.ts')).scale(),
  fairness: async () => (await import('./fairness.ts')).fairness(),
  schedule: async () => (await import('./schedule.ts')).schedule(),
  latency: async () => (await import('./latency.ts')).latency(),
  memory: async () => (await import('./memory.ts')).memory(),
};
// An hour long: only by name.
const ON_REQUEST = new Set(['memory']);

const names = process.argv.slice(2);
const unknown = names.find((name) => !Object.hasOwn(BENCHES, name));
if (unknown !== undefined) {
  console.error(`There is no measurement "${unknown}". There are: ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(1);
}
for (const [name, run] of Object.entries(BENCHES)) {
  if (names.length === 0 ? !ON_REQUEST.has(name) : names.includes(name)) await run();
}
