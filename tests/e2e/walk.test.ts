// The walk of a chief engineer through the page in a real browser: the whole service, the sandbox as Microsoft,
// nothing made up in between.
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import {
  builtPage,
  expectAccessible,
  expectNoSidewaysScroll,
  openBrowser,
  type Visit,
  visit,
} from '../support/browser.ts';
import { deliver, ENGINEER, fillMailbox } from '../support/inbox-world.ts';
import { bootService, type TestService } from '../support/service.ts';

let sandbox: Sandbox;
let service: TestService;
let browser: Browser;
let desk: Visit;
let page: Page;

beforeAll(async () => {
  sandbox = await startSandbox({ world: 'empty', latencyMs: 25 });
  fillMailbox(sandbox);
  service = await bootService({ sandboxUrl: sandbox.url, worker: true, webFolder: builtPage() });
  browser = await openBrowser();
  desk = await newVisit();
  page = desk.page;
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await service?.stop();
  await sandbox?.close();
});

const newVisit = (options: { phone?: boolean; theme?: 'light' | 'dark' } = {}) =>
  visit(browser, { ...options, allowed: [service.url, sandbox.url] });

const row = (subject: string, on: Page = page) =>
  on.locator('[data-thread]').filter({ hasText: subject }).first();
const toast = (text: string, on: Page = page) =>
  on.locator('[data-sonner-toast]').filter({ hasText: text }).first();

async function signInAs(name: string, on: Page = page): Promise<void> {
  await on.goto(service.url);
  await on.getByRole('button', { name }).click();
  await on.waitForURL(/\/inbox/);
}

describe('a chief engineer', () => {
  it('signs in and is told what to do first', async () => {
    await signInAs('Ewan Traill');
    await page.getByText('No mailbox connected yet').waitFor();
    await expectAccessible(page, 'inbox without a mailbox');
  });

  it('declines at Microsoft’s page, and is told what that means', async () => {
    await toMicrosoft();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.waitForURL(/\/settings\?/);
    await page.getByText('Not connected: permission was not given').waitFor();
    await page.goto(`${service.url}/inbox`);
  });

  it('connects Outlook at Microsoft’s pages and watches the first sync', async () => {
    const release = holdPages();
    await toMicrosoft();
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.waitForURL(/\/settings\?/);
    await page.getByText('Outlook is connected').waitFor();
    await page.getByRole('progressbar', { name: 'First sync' }).waitFor();
    await page.getByText(/of 246 messages/).waitFor();
    release();
    await page
      .getByLabel('Your mailbox')
      .getByText(/Complete up to \d\d:\d\d UTC\+/)
      .waitFor({ timeout: 60_000 });
  }, 90_000);

  it('reads a threaded inbox, newest first, that scrolls to its end', async () => {
    await page.getByRole('link', { name: 'Inbox' }).click();
    await row('Attendance on board').waitFor();
    const subjects = await page.locator('[data-thread]').allInnerTexts();
    expect(subjects[0]).toContain('Attendance on board next week');
    expect(subjects[3]).toContain('seal kit');
    await row('seal kit').getByText('Unread').waitFor();
    await row('seal kit').getByText('WO-1042', { exact: true }).waitFor();
    await page.getByTestId('inbox-rows').hover();
    const isAtItsEnd = async () => {
      await page.mouse.wheel(0, 3_000);
      return row('Consignment note 240').isVisible();
    };
    await expect.poll(isAtItsEnd).toBe(true);
    expect(await page.locator('[data-thread]').count()).toBeLessThan(60);
    await page.getByTestId('inbox-rows').evaluate((list) => list.scrollTo(0, 0));
  });

  it('opens a hostile mail and nothing happens', async () => {
    await row('Overdue invoice').click();
    const frame = page.locator('iframe[title="Message: Overdue invoice"]');
    await frame.waitFor();
    await frame.contentFrame().getByText('Please see the overdue invoice below.').waitFor();
    expect(await frame.getAttribute('sandbox')).not.toContain('allow-scripts');
    await page.getByText(/remote images? not loaded/).waitFor();
    await frame.contentFrame().getByText('The invoice').click();
    await page.waitForTimeout(500);
    expect(await page.evaluate('"hacked" in window')).toBe(false);
    expect(desk.misdeeds).toEqual({ requests: [], dialogs: [], errors: [] });
    expect(new URL(page.url()).origin).toBe(service.url);
  });

  it('reads a mail that would be as tall as its frame, and that would show its style sheet', async () => {
    await row('Fleet bulletin').click();
    const frame = page.locator('iframe[title="Message: Fleet bulletin"]');
    const text = frame.contentFrame().locator('body');
    await text.getByText('Fleet bulletin no. 7').waitFor();
    const height = async () => (await frame.boundingBox())?.height;
    await page.waitForTimeout(500);
    const atRest = await height();
    await page.waitForTimeout(500);
    expect(await height()).toBe(atRest);
    const cutOff = await text.evaluate(({ ownerDocument: { documentElement: root } }) => {
      return root.scrollHeight - root.clientHeight;
    });
    expect(cutOff).toBe(0);
    expect(await frame.contentFrame().locator('head').isVisible()).toBe(false);
  });

  it('goes on hearing keys after a click into the text', async () => {
    await page
      .locator('iframe[title="Message: Fleet bulletin"]')
      .contentFrame()
      .getByText('bulletin')
      .click();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page
      .locator('iframe[title="Message: Fleet bulletin"]')
      .contentFrame()
      .getByText('bulletin')
      .click();
    await page.keyboard.press('u');
    await page.waitForURL(/\/inbox$/);
  });

  it('sees new mail arrive without reloading, and rows under the pointer stay', async () => {
    await page.evaluate('window.sameDocument = true');
    await page.getByTestId('inbox-rows').hover();
    const first = await page.locator('[data-thread]').first().getAttribute('data-thread');
    deliver(sandbox, { subject: 'Fresh from the yard', minutesAgo: 0, isRead: false });
    await syncNow();
    await page.getByRole('button', { name: '1 new' }).waitFor();
    expect(await page.locator('[data-thread]').first().getAttribute('data-thread')).toBe(first);
    await page.mouse.move(1200, 500);
    await row('Fresh from the yard').waitFor();
    expect(await page.evaluate('"sameDocument" in window')).toBe(true);
  });

  it('drags a conversation onto a work order, takes it back, and does it again', async () => {
    await dragOnto('Photos of the leaking flange', 'WO-1094');
    await toast('Linked to WO-1094').waitFor();
    await row('Photos of the leaking flange').getByText('WO-1094').waitFor();
    await page.getByRole('button', { name: 'Undo' }).first().click();
    await toast('Undone: WO-1094').waitFor();
    await toast('Linked to WO-1094').waitFor({ state: 'detached' });
    await row('Photos of the leaking flange').getByText('WO-1094').waitFor({ state: 'detached' });
    await dragOnto('Photos of the leaking flange', 'WO-1094');
    await row('Photos of the leaking flange').getByText('WO-1094').waitFor();
  });

  it('finds the conversation on the work order', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('WO-1094');
    await page.getByRole('option', { name: /X-band radar/ }).click();
    await page.waitForURL(/\/work-orders\//);
    await page.getByText('Linked by Ewan Traill').waitFor();
    await row('Photos of the leaking flange').click();
    await page.getByRole('heading', { name: 'Photos of the leaking flange' }).waitFor();
  });

  it('does it all from the keyboard', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.waitForURL(/\/inbox$/);
    await row('Fresh from the yard').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Fresh from the yard' }).waitFor();
    await page.keyboard.press('l');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('WO-1093');
    await page.getByRole('option', { name: /Engine room fan/ }).waitFor();
    await page.keyboard.press('Enter');
    await toast('Linked to WO-1093').waitFor();
    await page.getByLabel('Records').getByText('WO-1093').waitFor();
    await page.keyboard.press('z');
    await toast('Undone: WO-1093').waitFor();
    await page.getByLabel('Records').getByText('WO-1093').waitFor({ state: 'detached' });
    await page.keyboard.press('u');
    await page.waitForURL(/\/inbox$/);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).getByText('Next conversation').waitFor();
    await page.keyboard.press('Escape');
  });

  it('loses no screen when the link drops, and catches up when it is back', async () => {
    await page.reload();
    await row('Fresh from the yard').waitFor();
    await page.waitForLoadState('networkidle').catch(() => undefined);
    await everyPartIsHere();
    await desk.context.setOffline(true);
    await row('Quotation').click();
    await page.getByText('Not loaded yet').waitFor();
    await page.getByText('The link is down').waitFor();
    await page.getByRole('link', { name: 'Equipment' }).click();
    await page.getByRole('heading', { name: 'Equipment' }).waitFor();
    await page.getByRole('link', { name: 'Inbox' }).click();
    await row('Quotation').click();
    await desk.context.setOffline(false);
    await page.getByRole('heading', { name: 'Quotation Q8630' }).waitFor();
  });

  it('comes back to the same place after the session has ended', async () => {
    await row('seal kit').click();
    await page.getByRole('heading', { name: 'Offer for the seal kit' }).waitFor();
    const place = page.url();
    await desk.context.clearCookies();
    await page.getByRole('link', { name: 'Work orders' }).click();
    await page.getByText('Your session has ended').waitFor();
    await page.getByRole('button', { name: 'Ewan Traill' }).click();
    await page.waitForURL(/\/work-orders/);
    await page.goto(place);
    await page.getByRole('heading', { name: 'Offer for the seal kit' }).waitFor();
  });
});

it('a deckhand reads what is linked, and is told why they cannot link', async () => {
  const { page: theirs, context } = await newVisit();
  await signInAs('Tomás Ferreira', theirs);
  await theirs.goto(`${service.url}/work-orders?q=WO-1042`);
  await theirs.getByRole('button', { name: /WO-1042/ }).click();
  await row('seal kit', theirs).click();
  await theirs.getByRole('heading', { name: 'Offer for the seal kit' }).waitFor();
  const link = theirs.getByRole('button', { name: 'Link' });
  expect(await link.getAttribute('aria-disabled')).toBe('true');
  expect(await link.getAttribute('aria-description')).toContain('heads of department');
  await theirs.keyboard.press('l');
  await toast('You may read this, not link it', theirs).waitFor();
  await context.close();
});

it('a phone shows one pane at a time and nothing sideways', async () => {
  const { page: phone, context } = await newVisit({ phone: true });
  await signInAs('Ewan Traill', phone);
  await row('seal kit', phone).waitFor();
  await expectNoSidewaysScroll(phone);
  await row('seal kit', phone).tap();
  await phone.getByRole('heading', { name: 'Offer for the seal kit' }).waitFor();
  expect(await row('Attendance', phone).isVisible()).toBe(false);
  await expectNoSidewaysScroll(phone);
  await phone.getByRole('button', { name: 'Show the records' }).tap();
  await phone.getByLabel('Records').getByText('WO-1042', { exact: true }).first().waitFor();
  expect(await phone.getByRole('heading', { name: 'Offer for the seal kit' }).isVisible()).toBe(false);
  await phone.getByRole('button', { name: 'Back to the conversation' }).tap();
  await phone.getByRole('button', { name: 'Back to the inbox' }).tap();
  await row('Attendance', phone).waitFor();
  await row('Quotation', phone).tap();
  const price = phone.frameLocator('iframe').getByText('148149.60');
  expect(await linesOf(price), 'a price stands on one line').toBe(1);
  await expectNoSidewaysScroll(phone);
  for (const place of ['/work-orders', '/equipment', '/settings']) {
    await phone.goto(service.url + place);
    await phone.getByRole('heading', { level: 1 }).waitFor();
    await expectNoSidewaysScroll(phone);
  }
  await context.close();
});

it.each(['light', 'dark'] as const)(
  'every screen is accessible in the %s',
  async (theme) => {
    const { page: any, context } = await newVisit({ theme });
    await any.goto(service.url);
    await any.getByRole('button', { name: 'Ewan Traill' }).waitFor();
    await expectAccessible(any, 'sign-in');
    await signInAs('Ewan Traill', any);
    await row('seal kit', any).click();
    await any
      .getByLabel('Records')
      .getByText('High pressure pump')
      .or(any.getByLabel('Records').getByText('Status'))
      .first()
      .waitFor();
    await any.frameLocator('iframe').first().locator('body').waitFor();
    await expectAccessible(any, 'inbox and conversation');
    await any.keyboard.press('l');
    await any.getByRole('option').first().waitFor();
    await expectAccessible(any, 'link dialog');
    await any.keyboard.press('Escape');
    for (const [place, ready] of [
      ['/work-orders?q=WO-1042', /WO-1042/],
      ['/equipment', /Propulsion/],
      ['/settings', /Complete up to/],
      ['/nothing-here', /Nothing at this address/],
    ] as const) {
      await any.goto(service.url + place);
      await any.getByText(ready).first().waitFor();
      await expectAccessible(any, place);
    }
    await any.goto(`${service.url}/work-orders?q=WO-1042`);
    await any.getByRole('button', { name: /WO-1042/ }).click();
    await any.getByRole('heading', { name: 'Conversations' }).waitFor();
    await expectAccessible(any, 'work order');
    await context.close();
  },
  90_000,
);

/** The first sync takes its time, so that it can be watched, until it is released. */
function holdPages(): () => void {
  sandbox.settings.quirks.largestPage = 20;
  const { id } = sandbox.faults.add({
    match: { path: 'messages/delta' },
    count: 1_000,
    fault: { delay_ms: 3_000 },
  });
  return () => {
    sandbox.faults.remove(id);
    sandbox.settings.quirks.largestPage = 1_000;
  };
}

async function toMicrosoft(): Promise<void> {
  await page.getByRole('button', { name: 'Connect Outlook' }).click();
  await page.waitForURL((url) => url.origin === sandbox.url);
  await page.locator('button[name=account]', { hasText: ENGINEER }).click();
}

/** Waits until the page has fetched every script it may need. */
async function everyPartIsHere(): Promise<void> {
  const scripts = '[...performance.getEntriesByType("resource")].map((each) => each.name).join(" ")';
  await expect
    .poll(() => page.evaluate<string>(scripts), { timeout: 10_000 })
    .toMatch(/(?=.*\/equipment-)(?=.*\/settings-)(?=.*\/link-dialog-)/);
}

const linesOf = (words: Locator): Promise<number> =>
  words.evaluate((element) => {
    const range = element.ownerDocument.createRange();
    range.selectNodeContents(element);
    return new Set([...range.getClientRects()].map((box) => box.top)).size;
  });

/** Asks for a round now, as the page's own button does, without leaving the inbox. */
async function syncNow(): Promise<void> {
  const { request } = desk.context;
  const { items } = await (await request.get(`${service.url}/api/watchers`)).json();
  const answer = await request.post(`${service.url}/api/watchers/${items[0].id}/sync`, {
    headers: { origin: service.url },
  });
  expect(answer.status()).toBe(202);
}

async function dragOnto(subject: string, label: string): Promise<void> {
  const from = await row(subject).boundingBox();
  if (!from) throw new Error(`${subject} is not on screen`);
  await page.mouse.move(from.x + 90, from.y + 30);
  await page.mouse.down();
  await page.mouse.move(from.x + 130, from.y + 40, { steps: 4 });
  const place = page.locator(`[data-drop="${label}"]`);
  await place.waitFor();
  const to = await place.boundingBox();
  if (!to) throw new Error(`${label} is not in the tray`);
  await page.mouse.move(to.x + 90, to.y + 20, { steps: 6 });
  await page.mouse.move(to.x + 95, to.y + 22);
  await page.mouse.up();
}
