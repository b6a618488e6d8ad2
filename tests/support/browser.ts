// A real browser for the walks through the page: the Chromium that comes by npm, or the one CHROMIUM_PATH names.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { AxeBuilder } from '@axe-core/playwright';
import packaged from '@sparticuz/chromium';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

/** The folder of the page as it was built. */
export function builtPage(): string {
  const folder = fileURLToPath(new URL('../../web/dist', import.meta.url));
  if (!existsSync(`${folder}/index.html`)) throw new Error('The page is not built: npm run build:web');
  return folder;
}

/** Starts the browser; one is enough for a file, with a context for each person. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? (await packaged.executablePath()),
    headless: true,
    args: [
      // Chromium's own sandbox does not start as root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--font-render-hinting=none',
    ],
  });
}

/** What a page did that it should not have. */
export type Misdeeds = { requests: string[]; dialogs: string[]; errors: string[] };

export type Visit = { page: Page; context: BrowserContext; misdeeds: Misdeeds };

type VisitOptions = { phone?: boolean; theme?: 'light' | 'dark'; allowed: string[] };

/**
 * A person's window. Requests to other origins than `allowed` are stopped and written down, as are dialogs and
 * errors of the page.
 */
export async function visit(
  browser: Browser,
  { phone, theme = 'light', allowed }: VisitOptions,
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: phone ? PHONE : DESK,
    isMobile: phone ?? false,
    hasTouch: phone ?? false,
    colorScheme: theme,
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Rome',
  });
  const misdeeds: Misdeeds = { requests: [], dialogs: [], errors: [] };
  await context.route(
    (url) => /^https?:$/.test(url.protocol) && !allowed.includes(url.origin),
    (route) => {
      misdeeds.requests.push(route.request().url());
      return route.abort();
    },
  );
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on('dialog', (dialog) => {
    misdeeds.dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => misdeeds.errors.push(error.message));
  return { page, context, misdeeds };
}

/** Fails with the rule and the element of everything axe finds on the page as it stands (WCAG 2.1 A and AA). */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  const found = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'])
    // The words of other people's mail are not ours to mend.
    .exclude('iframe')
    .setLegacyMode(true)
    .analyze();
  const problems = found.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  );
  expect(problems, what).toEqual([]);
}

/** Fails when the page can be scrolled sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const wider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
  expect(wider).toBeLessThanOrEqual(0);
}
