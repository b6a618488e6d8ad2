import { InvalidArgumentError } from 'commander';

/** A UUID given on the command line, in small letters. */
export function uuid(value: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) return value.toLowerCase();
  throw new InvalidArgumentError('Not a UUID.');
}

/** A port to listen on. */
export function portNumber(value: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('Not a port: a whole number from 1 to 65535.');
}
