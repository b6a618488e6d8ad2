// The service as a browser and an operator meet it, without Microsoft.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { bootService, CORVINA, MELTEMI_ROSE, type TestService } from './support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await bootService();
});
afterAll(() => service.stop());

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape came
const json = async (answer: Response): Promise<{ status: number; body: any }> => ({
  status: answer.status,
  body: await answer.json(),
});

describe('the demo', () => {
  it('says that it is one, and whom one may sign in as', async () => {
    const { body } = await json(await fetch(`${service.url}/api/instance`));
    expect(body).toMatchObject({ name: 'Celeste Mail', demo: true });
    expect(body.demo_users).toHaveLength(7);
    expect(body.demo_users[0]).toMatchObject({ id: CORVINA.captain, role: 'captain', yacht_id: 'corvina' });
  });

  it('signs in as the chief engineer of either yacht', async () => {
    const corvina = await service.signIn(CORVINA.chiefEngineer);
    expect((await json(await corvina('/api/me'))).body).toMatchObject({
      user: { id: CORVINA.chiefEngineer, role: 'chief_engineer' },
      yacht: { id: 'corvina', name: 'M/Y Corvina' },
      may_link: true,
    });
    const meltemi = await service.signIn(MELTEMI_ROSE.chiefEngineer);
    expect((await json(await meltemi('/api/me'))).body).toMatchObject({ yacht: { id: 'meltemi-rose' } });
  });

  it('may be seeded again, and nothing changes', async () => {
    const { seedDemoFleet } = await import('#cli/demo-fleet.ts');
    const { systemClock } = await import('#base/clock.ts');
    const { loadConfig } = await import('#config/config.ts');
    await seedDemoFleet({ config: loadConfig({}), fleet: service.fleet }, systemClock);
    const { body } = await json(await fetch(`${service.url}/api/instance`));
    expect(body.demo_users).toHaveLength(7);
  });
});

describe('who is not signed in', () => {
  it.each(['/api/me', '/api/watchers', '/auth/outlook/status', '/api/events', '/api/no-such-thing'])(
    'gets nothing from %s',
    async (path) => {
      expect(await json(await fetch(`${service.url}${path}`))).toMatchObject({
        status: 401,
        body: { code: 'sign_in_required' },
      });
    },
  );

  it('is told what is wrong with a password, as a problem', async () => {
    const answer = await fetch(`${service.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: service.url },
      body: JSON.stringify({ email: 'captain@corvina.test', password: 'wrong-password' }),
    });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await json(answer)).toMatchObject({ status: 401, body: { code: 'wrong_password' } });
  });

  it('lands on the settings page when Microsoft returns the browser', async () => {
    const answer = await fetch(`${service.url}/auth/outlook/callback?code=x&state=y`, { redirect: 'manual' });
    expect(answer.headers.get('location')).toBe('/settings?outlook=error&code=sign_in_required');
  });
});

describe('who is signed in', () => {
  it('has nothing connected yet', async () => {
    const api = await service.signIn(CORVINA.eto);
    const { body } = await json(await api('/auth/outlook/status'));
    expect(body).toMatchObject({ read: { configured: true, state: 'not_connected' }, watcher_id: null });
    expect((await json(await api('/api/watchers'))).body).toEqual({ items: [] });
  });

  it('gets a clear answer for a mailbox that is not there, and for one that cannot be', async () => {
    const api = await service.signIn(CORVINA.eto);
    const unknown = await json(await api('/api/watchers/00000000-0000-4000-8000-000000000000'));
    expect(unknown).toMatchObject({ status: 404, body: { code: 'watcher_not_found' } });
    const nonsense = await json(await api('/api/watchers/nonsense'));
    expect(nonsense).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it('cannot be made to act by another site', async () => {
    const api = await service.signIn(CORVINA.eto);
    const cookie = 'x=y';
    const foreign = await fetch(`${service.url}/auth/outlook/disconnect`, {
      method: 'POST',
      headers: { cookie, origin: 'https://evil.example.com', 'content-type': 'application/json' },
      body: '{"purpose":"read"}',
    });
    expect(await json(foreign)).toMatchObject({ status: 403, body: { code: 'cross_site' } });
    const own = await api('/auth/outlook/disconnect', { method: 'POST', body: '{"purpose":"read"}' });
    expect(own.status).toBe(200);
  });

  it('is refused a state that was made up', async () => {
    const api = await service.signIn(CORVINA.eto);
    const body = JSON.stringify({ code: 'c', state: 'made-up' });
    const answer = await json(await api('/auth/outlook/exchange', { method: 'POST', body }));
    expect(answer).toMatchObject({ status: 400, body: { code: 'state_unknown' } });
  });

  it('is nobody again after signing out', async () => {
    const api = await service.signIn(CORVINA.purser);
    expect((await api('/api/auth/sign-out', { method: 'POST', body: '{}' })).status).toBe(200);
    expect((await api('/api/me')).status).toBe(401);
  });
});

describe('operation', () => {
  it('answers health, readiness and figures', async () => {
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${service.url}/metrics`)).text()).toContain(
      'celeste_http_request_duration_seconds',
    );
  });

  it('sends less over a slow link', async () => {
    const answer = await fetch(`${service.url}/openapi.json`, { headers: { 'accept-encoding': 'gzip' } });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('describes itself, for programs and for people', async () => {
    const { body } = await json(await fetch(`${service.url}/openapi.json`));
    expect(Object.keys(body.paths)).toContain('/auth/outlook/exchange');
    const page = await (await fetch(`${service.url}/docs`)).text();
    expect(page).toContain('/auth/outlook/exchange');
    expect(page).not.toMatch(/<script|https?:\/\/(?!localhost)/);
  });

  it('drains when there is nothing to do', async () => {
    await service.drain();
  });
});
