// The sync page in a real browser: how complete a mailbox is, what was missed and found again, and what one can do.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { asWorker } from '#tenants/tenants.ts';

import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import {
  builtPage,
  expectAccessible,
  expectNoSidewaysScroll,
  openBrowser,
  visit,
} from '../support/browser.ts';
import { endConsent } from '../support/consent.ts';
import { ENGINEER, fillMailbox } from '../support/inbox-world.ts';
import { bootService, type TestService } from '../support/service.ts';

let sandbox: Sandbox;
let service: TestService;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  sandbox = await startSandbox({ world: 'empty', latencyMs: 10 });
  fillMailbox(sandbox);
  service = await bootService({ sandboxUrl: sandbox.url, worker: true, webFolder: builtPage() });
  browser = await openBrowser();
  page = await windowOf('Ewan Traill');
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await service?.stop();
  await sandbox?.close();
});

async function windowOf(name: string, options: { phone?: boolean; theme?: 'dark' } = {}): Promise<Page> {
  const { page: opened } = await visit(browser, { ...options, allowed: [service.url, sandbox.url] });
  await opened.goto(service.url);
  await opened.getByRole('button', { name }).click();
  await opened.waitForURL(/\/inbox/);
  return opened;
}

async function acceptAtMicrosoft(): Promise<void> {
  await page.waitForURL((url) => url.origin === sandbox.url);
  await page.locator('button[name=account]', { hasText: ENGINEER }).click();
  await page
    .getByRole('button', { name: 'Accept' })
    .or(page.getByText('Outlook is connected'))
    .first()
    .waitFor();
  const accept = page.getByRole('button', { name: 'Accept' });
  if (await accept.isVisible()) await accept.click();
  await page.getByText('Outlook is connected').waitFor();
}

const mailbox = (on: Page = page) => on.getByRole('region', { name: ENGINEER });

describe('the sync page', () => {
  it('says what to do where no mailbox is connected', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('y');
    await page.getByText('No mailbox connected yet').waitFor();
    await expectAccessible(page, 'sync without a mailbox');
    await page.getByRole('button', { name: 'Connect Outlook' }).click();
    await acceptAtMicrosoft();
  });

  it('shows how complete the mailbox is, the last round and the next', async () => {
    await page.getByRole('link', { name: 'Sync', exact: true }).click();
    await mailbox()
      .getByText(/^Complete up to \d\d:\d\d UTC\+\d$/)
      .waitFor({ timeout: 60_000 });
    await mailbox()
      .getByText(/\d+ requests?, \d+ changes?, [\d.]+ s, first sync/)
      .waitFor();
    await mailbox()
      .getByText(/^In 1[3-7] min$/)
      .waitFor();
    await mailbox().getByText('None. Nothing was ever in doubt in this mailbox.').waitFor();
    await mailbox()
      .getByText(/^1 round with \d+ changes and \d+ requests to Microsoft. All went well.$/)
      .waitFor();
    await mailbox().getByRole('button', { name: 'Folders' }).click();
    await mailbox().getByText('Inbox', { exact: true }).waitFor();
    await expectAccessible(page, 'sync of one mailbox');
  });

  it('syncs, pauses and resumes from the keyboard', async () => {
    await page.keyboard.press('s');
    await mailbox()
      .getByText(/asked for$/)
      .waitFor();
    await page.keyboard.press('p');
    await mailbox()
      .getByText(/^Paused\. Complete up to/)
      .waitFor();
    await mailbox().getByText('When somebody resumes it').waitFor();
    await page.keyboard.press('p');
    await mailbox()
      .getByText(/^Complete up to/)
      .waitFor();
  });

  it('changes how often it looks', async () => {
    await page.keyboard.press('i');
    const choice = page.getByRole('combobox', { name: 'Look every' });
    await expect.poll(() => page.evaluate('document.activeElement?.ariaLabel')).toBe('Look every');
    await choice.selectOption('60');
    await mailbox()
      .getByText(/^In (5[4-9] min|1 h)$|^In 1[0-7] min$/)
      .waitFor();
    await page.reload();
    await choice.waitFor();
    expect(await choice.inputValue()).toBe('60');
  });

  it('shows what happened before its event stream was open', async () => {
    const held = Promise.withResolvers<void>();
    await page.route('**/api/events', (route) => held.promise.then(() => route.continue()));
    await page.reload();
    await mailbox()
      .getByText(/^Complete up to/)
      .waitFor();
    const elsewhere = await windowOf('Ewan Traill');
    await elsewhere.getByRole('link', { name: 'Sync', exact: true }).click();
    await mailbox(elsewhere).getByRole('button', { name: 'Pause' }).click();
    await mailbox(elsewhere)
      .getByText(/^Paused\./)
      .waitFor();
    expect(
      await mailbox()
        .getByText(/^Paused\./)
        .count(),
    ).toBe(0);
    held.resolve();
    await mailbox()
      .getByText(/^Paused\./)
      .waitFor({ timeout: 10_000 });
    await page.unroute('**/api/events');
    await mailbox().getByRole('button', { name: 'Resume' }).click();
    await mailbox()
      .getByText(/^Complete up to/)
      .waitFor();
    await elsewhere.context().close();
  });

  it('tells in words what was missed and found again', async () => {
    sandbox.store.expireDelta(ENGINEER, 'inbox');
    await mailbox().getByRole('button', { name: 'Sync now' }).click();
    await mailbox()
      .getByText(/Outlook forgot where we were in Inbox today at \d\d:\d\d\./)
      .waitFor();
    await mailbox()
      .getByText(/Read again by \d\d:\d\d, nothing was missing\./)
      .waitFor();
  });

  it('reads the chart bar by bar', async () => {
    await mailbox()
      .getByRole('img', { name: /to Microsoft\. All went well\.$/ })
      .focus();
    await page.keyboard.press('ArrowLeft');
    await mailbox()
      .getByRole('status')
      // Where one bar ends and the next begins is the clock's to say.
      .getByText(/\d rounds?, (\d+ changes?|nothing new)/)
      .waitFor();
    await mailbox().getByText('By the hour').click();
    await mailbox().getByRole('columnheader', { name: 'Requests' }).waitFor();
  });
});

describe('a mailbox whose consent dies', () => {
  it('is said on every screen, to its owner and to the captain, until it is mended', async () => {
    const bridge = await windowOf('Henrik Solberg');
    await page.getByRole('link', { name: 'Work orders' }).click();
    endConsent(sandbox, ENGINEER);
    await page.getByRole('link', { name: 'Sync', exact: true }).click();
    await mailbox().getByRole('button', { name: 'Sync now' }).waitFor();
    await page.keyboard.press('s');
    await page.getByText(`Microsoft wants you to connect ${ENGINEER} again.`).waitFor();
    await mailbox().getByText('When Outlook is connected again').waitFor();
    await expectAccessible(page, 'sync of a stopped mailbox');

    await bridge.getByText(`${ENGINEER} has stopped.`).waitFor();
    await bridge.getByRole('link', { name: 'See its sync' }).click();
    await mailbox(bridge)
      .getByText(/Ask Ewan Traill to connect Outlook again\. Mail synced/)
      .waitFor();
    await mailbox(bridge).getByText('Ewan Traill must connect Outlook again').waitFor();
    expect(await mailbox(bridge).getByRole('button', { name: 'Folders' }).count()).toBe(0);
    await mailbox(bridge)
      .getByText(/we were in a folder today/)
      .waitFor();

    await page.getByRole('button', { name: 'Connect again' }).click();
    await acceptAtMicrosoft();
    await page.getByText('wants you to connect').waitFor({ state: 'detached' });
    await bridge.getByText(`${ENGINEER} has stopped.`).waitFor({ state: 'detached', timeout: 30_000 });
  }, 90_000);
});

describe('on a phone, in the dark', () => {
  it('fits, and is reached from the line that says how fresh the mail is', async () => {
    const phone = await windowOf('Ewan Traill', { phone: true, theme: 'dark' });
    await phone.getByRole('link', { name: /Complete up to/ }).click();
    await mailbox(phone)
      .getByText(/^Complete up to/)
      .waitFor();
    await expectNoSidewaysScroll(phone);
    await expectAccessible(phone, 'sync on a phone');
  });

  it('is among the tabs, behind the last one', async () => {
    const phone = await windowOf('Ewan Traill', { phone: true, theme: 'dark' });
    const tabs = phone.getByRole('navigation', { name: 'Main' });
    await tabs.getByRole('link', { name: 'Work orders' }).tap();
    await tabs.getByRole('button', { name: 'More' }).tap();
    await expectAccessible(phone, 'the tab with the rest');
    await phone.getByRole('link', { name: 'Sync', exact: true }).tap();
    await mailbox(phone)
      .getByText(/^Complete up to/)
      .waitFor();
    expect(await phone.getByRole('link', { name: 'Settings' }).isVisible()).toBe(false);
    await tabs.getByRole('button', { name: 'More' }).tap();
    await phone.keyboard.press('Escape');
    await tabs.getByRole('button', { name: 'More' }).tap();
    await phone.getByRole('link', { name: 'Settings' }).tap();
    await phone.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    await expectNoSidewaysScroll(phone);
  });
});

describe('a folder that cannot be read', () => {
  it('is named with what to do, while the rest of the mailbox is complete without it', async () => {
    const { id } = sandbox.store.folder(ENGINEER, 'archive');
    const closed = sandbox.faults.add({
      match: { path: id.replaceAll('=', '') },
      count: 100_000,
      fault: { status: 403, code: 'ErrorAccessDenied' },
    });
    await page.getByRole('link', { name: 'Sync', exact: true }).click();
    await mailbox().getByRole('button', { name: 'Sync now' }).click();
    await mailbox().getByText('Some folders could not be read to their end.').waitFor();
    // An hour later.
    await service.fleet.tenants.transact(asWorker('corvina'), (tx) =>
      tx
        .updateTable('email_folders')
        .set({ failing_since: new Date(Date.now() - 3_600_000), synced_at: new Date(Date.now() - 3_700_000) })
        .where('provider_folder_id', '=', id)
        .execute(),
    );
    await mailbox().getByRole('button', { name: 'Sync now' }).click();
    await mailbox()
      .getByText(/^Complete up to .*, without 1 folder$/)
      .waitFor();
    await mailbox()
      .getByText(/Archive could not be read to its end: Microsoft did not let us read it\./)
      .waitFor();
    await page.reload();
    await mailbox()
      .getByText(/Microsoft does not let us read this folder\. Whoever it belongs to can share it/)
      .waitFor();
    await expectAccessible(page, 'sync of a mailbox without a folder');
    const phone = await windowOf('Ewan Traill', { phone: true });
    await phone.getByRole('link', { name: /without 1 folder/ }).click();
    await mailbox(phone)
      .getByText(/Microsoft does not let us read this folder/)
      .waitFor();
    await expectNoSidewaysScroll(phone);

    sandbox.faults.remove(closed.id);
    await mailbox().getByRole('button', { name: 'Sync now' }).click();
    await mailbox().getByText('without 1 folder').waitFor({ state: 'detached' });
  }, 90_000);
});
