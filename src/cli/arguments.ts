import { InvalidArgumentError } from 'commander';

/** A UUID given on the command line, in small letters. */
export function uuid(value: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) return value.toLowerCase();
  throw new InvalidArgumentError('Not a UUID.');
}
