import { Command } from 'commander';

import { keyIdOf } from '#base/sealing.ts';
import { type Config, loadConfig } from '#config/config.ts';
import { type Env, readEnv } from '#config/env.ts';
import { loadSecrets, type Secrets } from '#config/secrets.ts';
import type { Fleet } from '#tenants/fleet.ts';
import { asWorker } from '#tenants/tenants.ts';

import { checkMicrosoft } from './doctor-microsoft.ts';
import { checkArrival, checkPush } from './doctor-push.ts';
import { explain } from './fail.ts';
import type { Finding } from './finding.ts';
import { print } from './print.ts';
import { type Session, withFleet } from './session.ts';
import { explainYacht } from './yacht-database.ts';

/** `celeste doctor`: every part looked at, whatever another one says. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'check settings, databases, keys and whether Microsoft can be reached; exit code 1 if anything is wrong',
    )
    .action(async () => {
      const findings = await examine(readEnv());
      for (const { ok, subject, detail } of findings) {
        print(`${ok ? 'ok  ' : 'FAIL'}  ${subject.padEnd(12)}  ${detail}`);
      }
      if (!findings.every(({ ok }) => ok)) process.exitCode = 1;
    });
}

async function examine(env: Env): Promise<Finding[]> {
  const findings: Finding[] = [];
  const config = await attempt(findings, 'settings', async () => loadConfig(env));
  if (config === null) return findings;
  findings.push(...describeSettings(config));
  const secrets = await attempt(findings, 'keys', async () => loadSecrets(env, config));
  if (secrets !== null) findings.push(...(await checkDatabases(secrets)));
  findings.push(...(await checkMicrosoft(config)), ...(await checkPush(config)));
  return findings;
}

async function attempt<T>(findings: Finding[], subject: string, fn: () => Promise<T>): Promise<T | null> {
  try {
    return await fn();
  } catch (error) {
    findings.push({ ok: false, subject, detail: explain(error) });
    return null;
  }
}

function describeSettings(config: Config): Finding[] {
  const { appUrl } = config.http;
  const mode =
    config.sandboxPort === null ? 'real Microsoft apps' : 'demo: no Azure app is set, the sandbox is used';
  const findings = [{ ok: true, subject: 'settings', detail: `readable; ${mode}` }];
  if (config.sandboxPort === null) {
    const detail = `register this redirect URI (Web) in each app: ${appUrl}/auth/outlook/callback`;
    findings.push({ ok: true, subject: 'sign-in', detail });
  }
  return findings;
}

async function checkDatabases(secrets: Secrets): Promise<Finding[]> {
  const findings: Finding[] = [];
  await attempt(findings, 'MASTER', () =>
    withFleet(async ({ config, fleet }) => {
      await fleet.requireMigrated();
      findings.push({
        ok: true,
        subject: 'MASTER',
        detail: fleet.embedded ? 'embedded PostgreSQL' : 'reached',
      });
      findings.push(...(await checkYachts({ config, fleet })));
      findings.push(await checkKeys(fleet, secrets));
      findings.push(...(await checkArrival(fleet.master)));
    }),
  );
  return findings;
}

async function checkYachts({ config, fleet }: Pick<Session, 'config' | 'fleet'>): Promise<Finding[]> {
  const states = await fleet.inspect();
  if (states.length === 0) {
    return [{ ok: true, subject: 'yachts', detail: 'none yet: celeste tenant add --help' }];
  }
  return states.map(({ yachtId, alias, pending, error }) => {
    if (error !== null) {
      return { ok: false, subject: yachtId, detail: explainYacht({ alias, error }, { config, fleet }) };
    }
    if (pending.length === 0)
      return { ok: true, subject: yachtId, detail: 'database reached, of this version' };
    return {
      ok: false,
      subject: yachtId,
      detail: `lacks ${pending.length} migration(s). Run: celeste migrate.`,
    };
  });
}

/** Every token that is stored must be sealed with a key that is still there. */
async function checkKeys(fleet: Fleet, { tokenKeys }: Secrets): Promise<Finding> {
  const known = new Set(tokenKeys.map(({ kid }) => kid));
  const used = new Set<string>();
  for (const { yachtId, pending, error } of await fleet.inspect()) {
    if (error !== null || pending.length > 0) continue;
    const rows = await fleet.tenants.read(asWorker(yachtId), (db) =>
      db.selectFrom('auth_microsoft_tokens').select('microsoft_access_token').execute(),
    );
    for (const row of rows) used.add(keyIdOf(row.microsoft_access_token));
  }
  const lost = [...used].filter((kid) => !known.has(kid));
  if (lost.length === 0)
    return { ok: true, subject: 'keys', detail: `${tokenKeys.length} in TOKEN_KEYS or DATA_DIR` };
  const detail = `tokens are sealed with ${lost.join(', ')}, which is not there. Put it back into TOKEN_KEYS.`;
  return { ok: false, subject: 'keys', detail };
}
