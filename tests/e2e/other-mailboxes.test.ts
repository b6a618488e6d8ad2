// The sync page of mailboxes that somebody else opened, in a real browser: who may say what about them.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { ask } from '../support/aboard.ts';
import {
  builtPage,
  expectAccessible,
  expectNoSidewaysScroll,
  openBrowser,
  visit,
} from '../support/browser.ts';
import { endConsent } from '../support/consent.ts';
import { ENGINEER, fillMailbox } from '../support/inbox-world.ts';
import { bootService, CORVINA, type SignedIn, type TestService } from '../support/service.ts';
import { signInAtSandbox } from '../support/sign-in.ts';

const SHARED = 'engineering@corvina.test';

let sandbox: Sandbox;
let service: TestService;
let browser: Browser;
let engineer: SignedIn;

beforeAll(async () => {
  sandbox = await startSandbox({ world: 'empty', latencyMs: 0 });
  fillMailbox(sandbox);
  const access = { shared: true, access: [ENGINEER] };
  sandbox.store.createMailbox({ address: SHARED, displayName: 'Engineering', ...access });
  // An address that nobody can reach: Microsoft tells nothing.
  const config = { webhookUrl: 'http://localhost:9' };
  service = await bootService({ sandboxUrl: sandbox.url, worker: true, webFolder: builtPage(), config });
  browser = await openBrowser();
  engineer = await service.signIn(CORVINA.chiefEngineer);
  const { body: trip } = await ask(engineer, '/auth/outlook/authorize?purpose=read&shared=true');
  const back = await signInAtSandbox(trip.url, ENGINEER);
  await engineer(back.pathname + back.search);
  const added = await ask(engineer, '/api/watchers', { method: 'POST', json: { mailbox: SHARED } });
  const user_ids = [CORVINA.chiefEngineer, CORVINA.eto];
  await ask(engineer, `/api/watchers/${added.body.id}/readers`, { method: 'PUT', json: { user_ids } });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await service?.stop();
  await sandbox?.close();
});

/** The sync page as somebody has it open, at one mailbox. */
async function syncPage(name: string, address: string): Promise<Page> {
  const { page } = await visit(browser, { allowed: [service.url, sandbox.url] });
  await page.goto(service.url);
  await page.getByRole('button', { name }).click();
  await page.waitForURL(/\/inbox/);
  await page.goto(`${service.url}/sync`);
  const row = page.getByRole('button', { name: address });
  await row.or(mailbox(page, address)).first().waitFor();
  if (await row.isVisible()) await row.click();
  await mailbox(page, address)
    .getByText(/^Complete up to/)
    .waitFor({ timeout: 60_000 });
  return page;
}

const mailbox = (page: Page, address: string) => page.getByRole('region', { name: address });

describe('how often a shared mailbox is looked at', () => {
  it('is said to its readers, with who may change it, and offered to the captain', async () => {
    const eto = await syncPage('Katarzyna Wolska', SHARED);
    await mailbox(eto, SHARED)
      .getByText('We look every 15 minutes. Whoever added it, or the captain, may change that.')
      .waitFor();
    expect(await eto.getByRole('combobox').count()).toBe(0);
    await expectAccessible(eto, 'sync of a shared mailbox, for a reader');
    await eto.goto(`${service.url}/settings`);
    const row = eto.getByRole('article', { name: SHARED });
    await row.getByRole('button', { name: 'Who reads it' }).waitFor();
    expect(await row.getByRole('button', { name: 'Remove' }).count()).toBe(0);

    const captain = await syncPage('Henrik Solberg', SHARED);
    await captain.getByRole('combobox', { name: 'Look every' }).selectOption('30');
    await eto.goto(`${service.url}/sync`);
    await mailbox(eto, SHARED)
      .getByText(/^We look every 30 minutes\./)
      .waitFor();
  });
});

describe('the mailbox of one who has left the yacht', () => {
  it('says why Microsoft does not tell of its mail, and that none is missed', async () => {
    const captain = await syncPage('Henrik Solberg', ENGINEER);
    const said = mailbox(captain, ENGINEER).getByText('Microsoft cannot reach us to tell of new mail.');
    await said.getByText('Nothing is missed').waitFor();
    await captain.close();
  });

  it('is ended by the captain, who is told what that means', async () => {
    const captain = await syncPage('Henrik Solberg', ENGINEER);
    endConsent(sandbox, ENGINEER);
    for (const { id } of (await ask(engineer, '/api/watchers')).body.items) {
      await ask(engineer, `/api/watchers/${id}/sync`, { method: 'POST' });
    }
    const banner = captain.getByRole('status').filter({ hasText: `${ENGINEER} and ${SHARED} have stopped.` });
    await banner.waitFor();
    await captain.keyboard.press('d');
    const question = captain.getByRole('alertdialog', { name: `Disconnect ${ENGINEER}?` });
    await question.getByText(`opened with it stop too: ${SHARED}.`).waitFor();
    await question.getByText('The mail that is here stays.').waitFor();
    expect(await question.getByRole('radio').count()).toBe(0);
    await expectAccessible(captain, 'ending a mailbox');
    await question.getByRole('button', { name: 'Disconnect' }).click();
    const shown = mailbox(captain, ENGINEER);
    await shown.getByText('Disconnected', { exact: true }).waitFor();
    // At once, not when it is asked again in a minute.
    await banner.waitFor({ state: 'detached', timeout: 10_000 });
    await shown.getByText('The captain has disconnected this mailbox.').waitFor();
    expect(await shown.getByRole('button', { name: 'Disconnect' }).count()).toBe(0);
    expect(await captain.getByRole('button', { name: 'Connect again' }).count()).toBe(0);
  });

  it('says so to its owner on every screen, who decides about the mail', async () => {
    const { page } = await visit(browser, { phone: true, allowed: [service.url, sandbox.url] });
    await page.goto(service.url);
    await page.getByRole('button', { name: 'Ewan Traill' }).click();
    const notice = page.getByRole('status').filter({ hasText: 'The captain has disconnected your mailbox.' });
    await notice.getByRole('button', { name: 'Connect again' }).waitFor();
    await expectNoSidewaysScroll(page);
    await page.goto(`${service.url}/settings`);
    const card = page.getByRole('article', { name: 'Read mail' });
    await card.getByText('The captain has disconnected your mailbox.').waitFor();
    await card.getByRole('button', { name: 'Connect Outlook' }).waitFor();
    await card.getByRole('button', { name: 'Leave it disconnected' }).click();
    const question = page.getByRole('alertdialog', { name: `Leave ${ENGINEER} disconnected?` });
    await question.getByText('Delete it from Celeste Mail').waitFor();
    await expectAccessible(page, 'leaving a mailbox disconnected');
    await question.getByRole('button', { name: 'Leave it disconnected', exact: true }).click();
    await notice.waitFor({ state: 'detached' });
    await card.getByText('The captain has disconnected your mailbox.').waitFor({ state: 'detached' });
  });

  it('leaves the mail of a shared mailbox that it opened for the captain to decide about', async () => {
    const watcher = (await ask(engineer, '/api/watchers')).body.items.find(
      (each: { mailbox: string }) => each.mailbox === SHARED,
    );
    expect(watcher).toMatchObject({ status: 'disconnected', mail_deleted: false });
    const { page } = await visit(browser, { allowed: [service.url, sandbox.url] });
    await page.goto(service.url);
    await page.getByRole('button', { name: 'Henrik Solberg' }).click();
    await page.waitForURL(/\/inbox/);
    await page.goto(`${service.url}/settings`);
    const row = page.getByRole('article', { name: SHARED });
    await row.getByText('add it again').waitFor();
    await row.getByRole('button', { name: 'Delete its mail' }).click();
    const question = page.getByRole('alertdialog', { name: `Delete the mail of ${SHARED} here?` });
    await question.getByText('except what is on a work order or equipment').waitFor();
    await expectAccessible(page, 'deleting the mail of a shared mailbox');
    await question.getByRole('button', { name: 'Delete its mail' }).click();
    await row.getByRole('button', { name: 'Delete its mail' }).waitFor({ state: 'detached' });
  });
});
