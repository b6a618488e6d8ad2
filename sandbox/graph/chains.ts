// Delta links are opaque, and of each chain only the newest few live: per mailbox, folder, id form and query
// the service keeps some generations of its sync state and forgets the older ones.
// https://learn.microsoft.com/en-us/graph/delta-query-overview
import { createHash } from 'node:crypto';

import type { SandboxContext } from '../context.ts';
import { seal, unseal } from '../seal.ts';
import { GraphError } from './errors.ts';

type Chain = { highest: number; issued: Map<number, number> };

/** What a link remembers besides the caller's own `state`. */
type Token<State> = { chain: string; world: string; epoch: number; generation: number; state: State };

const chainsOf = new WeakMap<SandboxContext, Map<string, Chain>>();

function chainFor(context: SandboxContext, key: string): Chain | undefined {
  return chainsOf.get(context)?.get(key);
}

function openChain(context: SandboxContext, key: string, highest: number): Chain {
  const chains = chainsOf.get(context) ?? new Map<string, Chain>();
  chainsOf.set(context, chains);
  const chain = { highest, issued: new Map<number, number>() };
  chains.set(key, chain);
  return chain;
}

export type Link<State> = { generation: number; state: State };

const hash = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 16);

/** What a chain of links belongs to: `scope` is mailbox, folder and id form, `query` the first request's options. */
export const chainName = (scope: string, query: string): string => `${hash(scope)}.${hash(query)}`;

/**
 * Seals the state of a round into a link. Following the same link twice gives the same generation again: a
 * client that repeats a request after a broken connection does not use up its own state.
 * @param parent generation of the link that was followed; null in an initial request
 */
export function issue<State>(
  context: SandboxContext,
  { chain: key, epoch, parent, state }: { chain: string; epoch: number; parent: number | null; state: State },
): string {
  const chain = chainFor(context, key) ?? openChain(context, key, parent ?? 0);
  let generation = parent === null ? undefined : chain.issued.get(parent);
  if (generation === undefined) {
    generation = chain.highest + 1;
    chain.highest = generation;
    if (parent !== null) chain.issued.set(parent, generation);
    for (const old of chain.issued.keys()) if (old < generation - 16) chain.issued.delete(old);
  }
  const token: Token<State> = { chain: key, world: context.world, epoch, generation, state };
  return seal(context.keys.seal, token);
}

/**
 * No token; an empty one, which is what the Location of a 410 holds; or `latest`, which is no shortcut for mail: the
 * round begins as any other does. https://github.com/microsoftgraph/microsoft-graph-docs/issues/9569
 */
export const beginsAnew = (token: string | null): token is null | '' | 'latest' =>
  !token || token === 'latest';

/**
 * Reads a link's token.
 * @throws {GraphError} 400 unreadable; SyncStateInvalid of another folder or id form; SyncStateNotFound dead
 */
export function follow<State>(
  context: SandboxContext,
  text: string,
  { scope, epoch, restart }: { scope: string; epoch: number; restart: (state: State) => string },
): Link<State> & { chain: string } {
  const token = unseal<Token<State>>(context.keys.seal, text);
  if (!token) throw unreadable();
  if (!token.chain.startsWith(`${hash(scope)}.`)) {
    throw new GraphError(400, 'SyncStateInvalid', 'The sync state is invalid for this request.');
  }
  // After a restart of the sandbox the first link that comes back tells where its chain was.
  const chain = chainFor(context, token.chain) ?? openChain(context, token.chain, token.generation);
  const tooOld = token.generation <= chain.highest - context.settings.generations;
  if (tooOld || token.epoch !== epoch || token.world !== context.world) {
    throw dead(context, token.generation, chain.highest, restart(token.state));
  }
  return { generation: token.generation, state: token.state, chain: token.chain };
}

const unreadable = () => new GraphError(400, 'ErrorInvalidUrlQuery', 'Badly formed token.');

function dead(context: SandboxContext, generation: number, highest: number, location: string): GraphError {
  const { deadToken, deadTokenCode } = context.settings;
  if (deadToken === 'unreadable') return unreadable();
  const kept = Array.from(
    { length: context.settings.generations },
    (_, n) => `[${Math.max(0, highest - n)}]`,
  );
  const text = `The sync state generation is not found; generation=${generation};[highest=${highest}]${kept.join('')}.`;
  const headers: Record<string, string> = deadToken === '410' ? { location } : {};
  return new GraphError(Number.parseInt(deadToken, 10), deadTokenCode, text, { headers });
}
