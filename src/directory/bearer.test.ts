import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { systemClock } from '#base/clock.ts';
import type { BearerConfig } from '#config/config.ts';

import { createBearerVerifier } from './bearer.ts';

const USER = '7d0f3c1e-0000-4000-8000-000000000001';
const ISSUER = 'https://issuer.example.com/auth/v1';
const SECRET = 'a-shared-secret-of-some-length-0123456789';
const none: BearerConfig = { jwksUrl: null, jwtSecret: null, issuer: null, audience: null };
const rsa = await generateKeyPair('RS256', { extractable: true });
const other = await generateKeyPair('RS256');
let server: Server;
let jwksUrl: string;

beforeAll(async () => {
  const key = { ...(await exportJWK(rsa.publicKey)), kid: 'r1', alg: 'RS256' };
  server = createServer((_, response) => response.end(JSON.stringify({ keys: [key] })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
});
afterAll(() => server.close());

const claims = (extra: JWTPayload = {}) =>
  new SignJWT({ ...extra })
    .setSubject(USER)
    .setIssuer(ISSUER)
    .setAudience('authenticated')
    .setExpirationTime('1h');
const byIssuer = (extra?: JWTPayload) => claims(extra).setProtectedHeader({ alg: 'RS256', kid: 'r1' });
const bySecret = (extra?: JWTPayload) => claims(extra).setProtectedHeader({ alg: 'HS256' });
const secretBytes = new TextEncoder().encode(SECRET);

const verify = (token: string, config: Partial<BearerConfig>) =>
  createBearerVerifier({ ...none, ...config }, systemClock)(token);

describe('with the keys of an issuer', () => {
  const config = () => ({ jwksUrl, issuer: ISSUER, audience: 'authenticated' });

  it('accepts a token of that issuer', async () => {
    const token = await byIssuer({ session_id: 's1' }).sign(rsa.privateKey);
    expect(await verify(token, config())).toMatchObject({ userId: USER });
  });

  it('tells two sign-ins of one person apart, and knows a refreshed token as the same', async () => {
    const [first, refreshed, second] = await Promise.all(
      ['s1', 's1', 's2'].map(async (id, i) =>
        verify(await byIssuer({ session_id: id, iat: 1_700_000_000 + i }).sign(rsa.privateKey), config()),
      ),
    );
    expect(first?.sessionId).toBe(refreshed?.sessionId);
    expect(first?.sessionId).not.toBe(second?.sessionId);
  });

  it.each([
    ['signed by somebody else', async () => byIssuer().sign(other.privateKey)],
    ['for another audience', async () => byIssuer().setAudience('other').sign(rsa.privateKey)],
    ['of another issuer', async () => byIssuer().setIssuer('https://evil.example.com').sign(rsa.privateKey)],
    [
      'without an expiry',
      async () =>
        new SignJWT({})
          .setSubject(USER)
          .setIssuer(ISSUER)
          .setAudience('authenticated')
          .setProtectedHeader({ alg: 'RS256', kid: 'r1' })
          .sign(rsa.privateKey),
    ],
    ['whose subject is no user id', async () => byIssuer().setSubject('anon').sign(rsa.privateKey)],
    [
      'of a key the issuer does not have',
      async () => claims().setProtectedHeader({ alg: 'RS256', kid: 'r2' }).sign(other.privateKey),
    ],
    [
      'signed with the public key as if it were a secret',
      async () => bySecret().sign(new TextEncoder().encode(JSON.stringify(await exportJWK(rsa.publicKey)))),
    ],
    [
      'that is not signed at all',
      async () =>
        `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify({ sub: USER, exp: 4e9 }))}.`.replaceAll('=', ''),
    ],
    ['that is no token', async () => 'not.a.token'],
  ])('refuses one %s', async (_, make) => {
    await expect(verify(await make(), config())).rejects.toMatchObject({ code: 'token_invalid' });
  });

  it('says that a token has expired', async () => {
    const token = await byIssuer().setExpirationTime('-1m').sign(rsa.privateKey);
    await expect(verify(token, config())).rejects.toMatchObject({ code: 'token_expired' });
  });

  it('does not call a token forged because the issuer is away', async () => {
    const token = await byIssuer().sign(rsa.privateKey);
    const away = verify(token, { jwksUrl: 'http://127.0.0.1:1/jwks' });
    await expect(away).rejects.toMatchObject({ code: 'issuer_unreachable' });
  });
});

describe('with a shared secret', () => {
  it('accepts HS256 and nothing else', async () => {
    expect(await verify(await bySecret().sign(secretBytes), { jwtSecret: SECRET })).toMatchObject({
      userId: USER,
    });
    const stronger = claims().setProtectedHeader({ alg: 'HS512' }).sign(secretBytes);
    await expect(verify(await stronger, { jwtSecret: SECRET })).rejects.toMatchObject({
      code: 'token_invalid',
    });
  });

  it.each(['', 'garbage', '...', 'a.b.c', '{}'])('refuses what is no token: %j', async (token) => {
    await expect(verify(token, { jwtSecret: SECRET })).rejects.toMatchObject({ code: 'token_invalid' });
  });

  it('refuses a token of another secret', async () => {
    const token = await bySecret().sign(new TextEncoder().encode('another-secret-of-some-length-0123456789'));
    await expect(verify(token, { jwtSecret: SECRET })).rejects.toMatchObject({ code: 'token_invalid' });
  });
});

it('refuses every token when no issuer is configured', async () => {
  const token = await bySecret().sign(secretBytes);
  await expect(createBearerVerifier(null, systemClock)(token)).rejects.toMatchObject({
    code: 'token_invalid',
  });
});
