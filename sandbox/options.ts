// What a sandbox is started with.
export type SandboxOptions = {
  /** 0 takes any free port. */
  port: number;
  /** The same again over https, with a certificate of its own; null for none. */
  httpsPort: number | null;
  host: string;
  /** Where journal, keys and certificate live; null keeps nothing. */
  dataDir: string | null;
  world: 'demo' | 'empty';
  seed: number;
  /** The day the demo world ends on; default now, kept in the journal from then on. */
  epoch: Date | null;
  latencyMs: number;
  /** New mail arrives in the demo mailboxes while you look. */
  live: boolean;
  /** Redirect URIs of the two demo applications besides those on localhost. */
  redirectUris: string[];
  clock: { now(): Date };
};

export const DEFAULT_PORT = 3365;

export const defaultOptions: SandboxOptions = {
  port: 0,
  httpsPort: null,
  host: '127.0.0.1',
  dataDir: null,
  world: 'empty',
  seed: 1,
  epoch: null,
  latencyMs: 0,
  live: false,
  redirectUris: [],
  clock: { now: () => new Date() },
};
