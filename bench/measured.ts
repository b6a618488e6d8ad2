import type { BenchTask } from './yacht.ts';

/** What this process was asked to measure. */
export function readTask(): BenchTask & { httpsUrl: string; pageSize: number } {
  return JSON.parse(process.argv[2] ?? '{}');
}

/** Says how it went, with the most memory this process ever held. */
export function sayMeasured(messages: number, milliseconds: number): void {
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(JSON.stringify({ messages, milliseconds, peakMiB }));
}
