/** Prints one figure of a measurement under its heading. */
export function row(label: string, value: string | number): void {
  console.log(`  ${label.padEnd(58)} ${String(value).padStart(16)}`);
}
