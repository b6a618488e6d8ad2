// What a person agrees to in the settings, in a real browser: which Microsoft account, and what a disconnect takes.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { builtPage, expectAccessible, openBrowser, visit } from '../support/browser.ts';
import { deliver, ENGINEER, fillMailbox } from '../support/inbox-world.ts';
import { bootService, type TestService } from '../support/service.ts';

const PRIVATE = 'private@home.test';

let sandbox: Sandbox;
let service: TestService;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  sandbox = await startSandbox({ world: 'empty', latencyMs: 10 });
  fillMailbox(sandbox);
  deliver(sandbox, { subject: `Re: ${'WO-1042 and so on '.repeat(20)}`, minutesAgo: 30 });
  sandbox.store.createMailbox({ address: PRIVATE, displayName: 'Ewan at home' });
  service = await bootService({ sandboxUrl: sandbox.url, worker: true, webFolder: builtPage() });
  browser = await openBrowser();
  ({ page } = await visit(browser, { allowed: [service.url, sandbox.url] }));
  await page.goto(service.url);
  await page.getByRole('button', { name: 'Ewan Traill' }).click();
  await page.waitForURL(/\/inbox/);
  await page.goto(`${service.url}/settings`);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await service?.stop();
  await sandbox?.close();
});

const card = (name: string) => page.getByRole('article', { name });

async function goAs(account: string, button: string): Promise<void> {
  await page.getByRole('button', { name: button }).click();
  await page.waitForURL((url) => url.origin === sandbox.url);
  await page.locator('button[name=account]', { hasText: account }).click();
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.waitForURL(/\/settings\?/);
}

it('connects for reading, and says that writing is not used yet', async () => {
  await goAs(ENGINEER, 'Connect Outlook');
  await page.getByText('Outlook is connected').waitFor();
  await card('Write and send').getByText('Not used yet').waitFor();
  await page
    .getByLabel('Your mailbox')
    .getByText(/Complete up to/)
    .waitFor({ timeout: 60_000 });
});

it('asks before it writes as another account than the one that is read, by name', async () => {
  await goAs(PRIVATE, 'Allow writing');
  const question = page.getByRole('alertdialog', { name: 'That is another Microsoft account' });
  await question.getByText(`Mail is read here from ${ENGINEER}`).waitFor();
  await question.getByText('answers are sent as the new account').waitFor();
  expect(await question.innerText()).not.toMatch(/synced/);
  await question.getByRole('button', { name: `Write as ${PRIVATE}` }).waitFor();
  await expectAccessible(page, 'another account');
  await question.getByRole('button', { name: 'Do not connect it' }).click();
  await card('Write and send').getByRole('button', { name: 'Allow writing' }).waitFor();
});

it.each(['/inbox/xyz', '/work-orders/zz', '/equipment/zz'])('says that %s is nothing', async (path) => {
  await page.goto(service.url + path);
  const said = page.getByRole('alert').filter({ hasText: 'Not found' });
  await said.getByText('There is nothing at this address.').waitFor();
  expect(await said.getByRole('button').count()).toBe(0);
});

it('shows on a piece of equipment the mail of its work orders', async () => {
  const found = await page.context().request.get(`${service.url}/api/work-orders?q=WO-1042`);
  const { items } = await found.json();
  await page.goto(`${service.url}/equipment/${items[0].equipment.id}`);
  await page
    .getByRole('button', { name: /WO-1042 2 conversations/ })
    .first()
    .waitFor();
  await page.getByText('No mail on this equipment itself').waitFor();
  await page.getByText('There is mail on 1 work order above.').waitFor();
});

it('keeps a long subject short and its numbers whole', async () => {
  await page.goto(`${service.url}/inbox`);
  await page.locator('[data-thread]').filter({ hasText: 'and so on' }).click();
  const heading = page.getByRole('heading', { name: /and so on/ });
  await heading.waitFor();
  expect((await heading.boundingBox())?.height).toBeLessThan(100);
  const numbers = await heading
    .getByText('WO-1042', { exact: true })
    .evaluateAll((all) => all.map((each) => each.getClientRects().length));
  expect(new Set(numbers)).toEqual(new Set([1]));
});

it('asks anew each time what becomes of the mail, and says what the button does', async () => {
  await page.goto(`${service.url}/settings`);
  const open = () => card('Read mail').getByRole('button', { name: 'Disconnect' }).click();
  const question = page.getByRole('alertdialog');
  const press = (name: string) => question.getByRole('button', { name, exact: true }).click();
  await open();
  await question.getByText(`New mail of ${ENGINEER} no longer arrives here.`).waitFor();
  await question.getByText('Delete it from Celeste Mail').click();
  await question.getByRole('button', { name: 'Disconnect and delete mail' }).waitFor();
  await press('Stay connected');
  await open();
  expect(await question.getByRole('radio', { name: /^Keep/ }).isChecked()).toBe(true);
  await question.getByRole('button', { name: 'Disconnect', exact: true }).waitFor();
  await question.getByText('Delete it from Celeste Mail').click();
  await press('Disconnect and delete mail');
  const said = page.locator('[data-sonner-toast]').filter({ hasText: 'Disconnected: read mail' });
  await said.getByText('Its mail is being deleted here').waitFor();
  const typeOf = (selector: string) =>
    page.evaluate<string>(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).fontFamily`);
  expect(await typeOf('[data-sonner-toast]')).toBe(await typeOf('body'));
});

it('offers nothing to set on the sync of a mailbox that is disconnected', async () => {
  await page.goto(`${service.url}/sync`);
  await page.getByText('None on record.').waitFor();
  expect(await page.getByRole('combobox', { name: 'Look every' }).count()).toBe(0);
  await expectAccessible(page, 'sync of a disconnected mailbox');
});
