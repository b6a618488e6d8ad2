// How long `npm start` takes on an installed tree: from the command until a person can use the page. That is when
// a browser shows the crew to sign in as, and again when one of them is in their inbox. The first start makes the
// databases, the demo and its mail; the second finds them.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

import type { Browser } from 'playwright-core';

import { openBrowser } from '../tests/support/browser.ts';
import { withDataDir } from './data-dir.ts';
import { row } from './row.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DEADLINE_MS = 60_000;

export function start(): Promise<void> {
  return withDataDir(async (dataDir) => {
    const browser = await openBrowser();
    try {
      console.log('start: npm start on an installed tree, two demo yachts, looked at by a browser');
      await report('the first time', dataDir, browser);
      await report('again', dataDir, browser);
    } finally {
      await browser.close();
    }
  });
}

async function report(which: string, dataDir: string, browser: Browser): Promise<void> {
  const { usable, inbox } = await measure(dataDir, browser);
  row(`${which}: seconds to a usable page (under 15)`, usable.toFixed(1));
  row(`${which}: seconds to an inbox, signed in`, inbox.toFixed(1));
}

async function measure(dataDir: string, browser: Browser): Promise<{ usable: number; inbox: number }> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const context = await browser.newContext();
  const page = await context.newPage();
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const service = runStart({ PORT: String(port), SANDBOX_PORT: String(port + 1), DATA_DIR: dataDir });
  try {
    await untilAnswers(url, service);
    await page.goto(url);
    const person = page.getByRole('button', { name: 'Ewan Traill' });
    await person.waitFor();
    const usable = seconds();
    await person.click();
    await page.waitForURL(/\/inbox/);
    return { usable, inbox: seconds() };
  } finally {
    await context.close();
    await end(service);
  }
}

function runStart(settings: Record<string, string>): ChildProcess {
  const { PATH, HOME } = process.env;
  // A group of its own: Ctrl-C at a terminal reaches npm and the service alike.
  return spawn('npm', ['start'], {
    cwd: ROOT,
    env: { PATH, HOME, LOG_LEVEL: 'warn', ...settings },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
}

async function untilAnswers(url: string, service: ChildProcess): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  const answers = () =>
    fetch(url)
      .then(({ ok }) => ok)
      .catch(() => false);
  while (!(await answers())) {
    if (service.exitCode !== null) throw new Error('npm start ended; its reason stands above');
    if (Date.now() > deadline) throw new Error(`npm start does not answer at ${url}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function end(service: ChildProcess): Promise<void> {
  if (service.exitCode !== null || service.pid === undefined) return;
  const gone = once(service, 'exit');
  process.kill(-service.pid, 'SIGINT');
  await gone;
}

/** A port with two free ones above it, for the page and for the sandbox's two doors. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = await listenOnce(0);
    if ((await listenOnce(port + 1)) && (await listenOnce(port + 2))) return port;
  }
}

/** The port, free again; 0 when another program has it. */
function listenOnce(port: number): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(0));
    server.listen(port, '127.0.0.1', () => {
      const { port: got } = server.address() as AddressInfo;
      server.close(() => resolve(got));
    });
  });
}
