// The parts of a path, however the client has spelled it.
import { badRequest } from './errors.ts';

/**
 * Segments of a path below the version, with keys in parentheses as segments of their own, functions by
 * their plain names: `mailFolders('x')/messages/microsoft.graph.delta()` → mailFolders, x, messages, delta.
 */
export function segmentsOf(path: string): string[] {
  return path
    .split('/')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const text = decode(part);
      const [, name, key] = /^([A-Za-z]+)\('(.*)'\)$/s.exec(text) ?? [];
      if (name !== undefined && key !== undefined) return [name, key.replaceAll("''", "'")];
      return [text.replace(/^microsoft\.graph\./i, '').replace(/\(\)$/, '')];
    });
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest('The request URI is malformed.');
  }
}
