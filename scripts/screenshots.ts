// Takes the pictures of the README from a running demo: `npm start`, then `npm run screenshots`.
// Signs in as the chief engineer, connects Outlook at the sandbox if that was not done, and opens a conversation.
import packaged from '@sparticuz/chromium';
import { type Browser, chromium, type Page } from 'playwright-core';

const url = process.argv[2] ?? 'http://localhost:3000';
const PERSON = 'Ewan Traill';
const MAILBOX = 'chief.engineer@corvina.test';

type Picture = { file: string; phone: boolean; theme: 'light' | 'dark' };

const PICTURES: Picture[] = [
  { file: 'docs/screenshot-inbox.png', phone: false, theme: 'light' },
  { file: 'docs/screenshot-dark.png', phone: false, theme: 'dark' },
  { file: 'docs/screenshot-phone.png', phone: true, theme: 'dark' },
];

async function take(browser: Browser, { file, phone, theme }: Picture): Promise<void> {
  const page = await browser.newPage({
    viewport: phone ? { width: 390, height: 844 } : { width: 1440, height: 900 },
    isMobile: phone,
    hasTouch: phone,
    colorScheme: theme,
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Rome',
  });
  await page.goto(url);
  await page.getByRole('button', { name: PERSON }).click();
  await page.waitForURL(/\/inbox/);
  await connectOnce(page);
  const conversations = page.locator('[data-thread]').filter({ hasText: /WO-\d+/ });
  await conversations.first().waitFor({ timeout: 120_000 });
  const long = conversations.filter({ has: page.getByText(/^[3-9]$|^[3-9] messages$/) });
  await (phone ? conversations.first() : long.first()).waitFor();
  if (!phone) {
    await long.first().click();
    await page.locator('iframe').first().waitFor();
  }
  await page.waitForTimeout(1_500);
  await page.screenshot({ path: file });
  console.log(file);
  await page.context().close();
}

async function connectOnce(page: Page): Promise<void> {
  const connect = page.getByRole('button', { name: 'Connect Outlook' });
  await connect.or(page.locator('[data-thread]').first()).first().waitFor();
  if (!(await connect.isVisible())) return;
  await connect.click();
  await page.locator('button[name=account]', { hasText: MAILBOX }).click();
  await page.getByRole('button', { name: 'Accept' }).click();
  await page
    .getByLabel('Your mailbox')
    .getByText(/Complete up to/)
    .waitFor({ timeout: 120_000 });
  await page.goto(`${url}/inbox`);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? (await packaged.executablePath()),
  args: process.getuid?.() === 0 ? ['--no-sandbox', '--disable-gpu'] : ['--disable-gpu'],
});
for (const picture of PICTURES) await take(browser, picture);
await browser.close();
