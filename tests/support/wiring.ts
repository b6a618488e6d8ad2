// What one process of ours holds for mailboxes, wired as src/app.ts wires it: for stories and for measurements.
import type { Kysely } from 'kysely';
import type { Dispatcher } from 'undici';

import type { Clock } from '#base/clock.ts';
import { createLog } from '#base/log.ts';
import type { Sealer } from '#base/sealing.ts';
import type { MasterSchema } from '#directory/schema.ts';
import { createConnected } from '#mailboxes/connected.ts';
import { createGates } from '#mailboxes/gate.ts';
import { createMailboxes, type Mailboxes } from '#mailboxes/mailbox.ts';
import { createTokenVault } from '#mailboxes/token-vault.ts';
import { createTokens, type Identities, type Tokens } from '#mailboxes/tokens.ts';
import { createGraphClient } from '#microsoft/graph-client.ts';
import { createIdentity } from '#microsoft/identity.ts';
import type { Tenants } from '#tenants/tenants.ts';

/** The sandbox's two demo registrations. */
const APPS = {
  read: { clientId: '11111111-aaaa-4bbb-8ccc-000000000001', clientSecret: 'sandbox-read-secret' },
  write: { clientId: '11111111-aaaa-4bbb-8ccc-000000000002', clientSecret: 'sandbox-write-secret' },
};

type Wiring = {
  /** Where the sandbox answers. */
  sandbox: { url: string };
  master: Kysely<MasterSchema>;
  tenants: Tenants;
  sealer: Sealer;
  clock: Clock;
  readSecret?: string | undefined;
  /** What carries our requests to Graph; absent, the client's own. */
  dispatcher?: Dispatcher | undefined;
};

/** What one process of ours holds: called twice, it makes a second process on the same databases. */
export function wire({ sandbox, master, tenants, sealer, clock, readSecret, dispatcher }: Wiring) {
  const log = createLog('silent');
  const at = { loginUrl: sandbox.url, tenant: 'common', clock };
  const identities: Identities = {
    read: createIdentity({ ...at, ...APPS.read, ...(readSecret ? { clientSecret: readSecret } : {}) }),
    write: createIdentity({ ...at, ...APPS.write }),
  };
  const vault = createTokenVault({ sealer, clock });
  const tokens: Tokens = createTokens({ tenants, vault, identities, clock, log });
  const graph = createGraphClient({ graphUrl: `${sandbox.url}/v1.0`, ...(dispatcher && { dispatcher }) });
  const gates = createGates({ tenants, master, clock, log });
  const connected = createConnected({ tenants, master, clock, log });
  const mailboxes: Mailboxes = createMailboxes({ tenants, tokens, graph, gates });
  return {
    identities,
    vault,
    tokens,
    graph,
    gates,
    connected,
    mailboxes,
    tenants,
    sealer,
    syncDeps: { tenants, mailboxes, clock, log },
  };
}
