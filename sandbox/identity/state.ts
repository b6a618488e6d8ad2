// Who may sign in to what: registered applications, consents, and the switches a test turns on an account.
import type { Mailbox } from '../store/types.ts';

export const HOME_TENANT = '5a11d0c5-0000-4000-8000-00000000c0de';
export const CONSUMER_TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad';

export type SandboxApp = {
  clientId: string;
  name: string;
  /** `web` is confidential; `spa` and `public` have no secret. */
  kind: 'web' | 'spa' | 'public';
  secret: string | null;
  secretExpired?: boolean;
  redirectUris: string[];
  /** What `.default` stands for: the delegated permissions of the registration. */
  permissions?: string[];
};

/** What stands between this person and a token. */
export type AccountSwitches = {
  tenantId: string;
  adminConsentRequired: boolean;
  disabled: boolean;
  /** An AADSTS number that each refresh answers, such as 50076; null for none. */
  refreshProblem: number | null;
  mailboxState: MailboxState;
};

/** `unlicensed`: signed in, but there is no mailbox yet; `moving`: on its way to another server. */
export type MailboxState = 'ready' | 'unlicensed' | 'moving';

export const MAILBOX_STATES: readonly MailboxState[] = ['ready', 'unlicensed', 'moving'];

type Account = AccountSwitches & { refreshEpoch: number; accessEpoch: number };

const CALLBACK = '/auth/outlook/callback';
const demoApp = (n: number, name: string, secret: string, permissions: string[]): SandboxApp => ({
  clientId: `11111111-aaaa-4bbb-8ccc-00000000000${n}`,
  name,
  kind: 'web',
  secret,
  redirectUris: [`http://localhost${CALLBACK}`, `http://127.0.0.1${CALLBACK}`],
  permissions,
});

/** The two registrations of the demo; the port of a localhost address is free, as at Microsoft. */
export const DEMO_APPS = [
  demoApp(1, 'Celeste Mail (read)', 'sandbox-read-secret', ['Mail.Read', 'User.Read']),
  demoApp(2, 'Celeste Mail (write)', 'sandbox-write-secret', ['Mail.ReadWrite', 'Mail.Send', 'User.Read']),
];

export class IdentityState {
  readonly #apps = new Map<string, SandboxApp>();
  readonly #accounts = new Map<string, Account>();
  readonly #consents = new Map<string, Set<string>>();

  constructor(apps: SandboxApp[]) {
    for (const app of apps) this.registerApp(app);
  }

  app(clientId: string): SandboxApp | undefined {
    return this.#apps.get(clientId.toLowerCase());
  }

  apps(): SandboxApp[] {
    return [...this.#apps.values()];
  }

  registerApp(app: SandboxApp): void {
    this.#apps.set(app.clientId.toLowerCase(), app);
  }

  account(mailbox: Mailbox): Readonly<Account> {
    return this.#account(mailbox.userId);
  }

  configure(userId: string, switches: Partial<AccountSwitches>): void {
    Object.assign(this.#account(userId), switches);
  }

  /** Everything this person has allowed the app, or an administrator has for everyone. */
  consented(clientId: string, mailbox: Mailbox): Set<string> {
    const own = this.#consents.get(`${clientId} ${mailbox.userId}`) ?? [];
    const forAll = this.#consents.get(`${clientId} ${this.account(mailbox).tenantId}`) ?? [];
    return new Set([...own, ...forAll]);
  }

  /** @param who a user's id, or a tenant's for an administrator's consent */
  consent(clientId: string, who: string, scopes: string[]): void {
    const key = `${clientId} ${who}`;
    this.#consents.set(key, new Set([...(this.#consents.get(key) ?? []), ...scopes]));
  }

  withdrawConsent(clientId: string, who: string): void {
    this.#consents.delete(`${clientId} ${who}`);
  }

  /**
   * Refresh tokens given out until now are dead; access tokens last until they expire.
   * https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens#token-revocation
   */
  revoke(userId: string): void {
    this.#account(userId).refreshEpoch += 1;
  }

  /** Access tokens given out until now have expired; refresh tokens live on. */
  expireAccess(userId: string): void {
    this.#account(userId).accessEpoch += 1;
  }

  #account(userId: string): Account {
    let account = this.#accounts.get(userId);
    if (!account) {
      account = {
        tenantId: HOME_TENANT,
        adminConsentRequired: false,
        disabled: false,
        refreshProblem: null,
        mailboxState: 'ready',
        refreshEpoch: 0,
        accessEpoch: 0,
      };
      this.#accounts.set(userId, account);
    }
    return account;
  }
}

const LOOPBACK = new Set(['localhost', '127.0.0.1']);

/**
 * Whether a redirect URI is registered: compared exactly, only a loopback address may have another port, and only
 * there may it be plain http.
 * https://learn.microsoft.com/en-us/entra/identity-platform/reply-url
 */
export function isRegistered(app: SandboxApp, redirectUri: string): boolean {
  const url = URL.parse(redirectUri);
  if (!url) return false;
  if (!LOOPBACK.has(url.hostname)) return url.protocol !== 'http:' && app.redirectUris.includes(redirectUri);
  if (app.redirectUris.includes(redirectUri)) return true;
  url.port = '';
  return app.redirectUris.some((registered) => URL.parse(registered)?.href === url.href);
}
