// Authorization codes: about ten minutes, one redemption.
import { randomBytes } from 'node:crypto';

export type CodeGrant = {
  clientId: string;
  redirectUri: string;
  userId: string;
  graph: string[];
  oidc: string[];
  nonce: string | null;
  challenge: string | null;
  challengeMethod: 'S256' | 'plain';
  issuedAt: number;
  redeemed: boolean;
};

export const CODE_LIFE_MS = 600_000;

export class Codes {
  readonly #codes = new Map<string, CodeGrant>();

  issue(grant: Omit<CodeGrant, 'redeemed'>): string {
    // Kept for a while after their end, so that a late redemption is told apart from a made-up code.
    for (const [code, { issuedAt }] of this.#codes) {
      if (grant.issuedAt - issuedAt > 6 * CODE_LIFE_MS) this.#codes.delete(code);
    }
    const code = `1.AXEA${randomBytes(96).toString('base64url')}`;
    this.#codes.set(code, { ...grant, redeemed: false });
    return code;
  }

  find(code: string): CodeGrant | undefined {
    return this.#codes.get(code);
  }
}
