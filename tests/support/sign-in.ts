// Walks the sandbox's sign-in pages as a person with a browser would: choose the account, accept.

/**
 * Follows the forms from the authorize URL until Microsoft sends the browser back.
 *
 * @param decision what the person answers when asked for consent
 * @returns the redirect, which nobody fetches
 */
export async function signInAtSandbox(
  authorizeUrl: string,
  account: string,
  decision: 'accept' | 'decline' = 'accept',
): Promise<URL> {
  let at = new URL(authorizeUrl);
  let response = await fetch(at, { redirect: 'manual' });
  for (let step = 0; step < 5; step += 1) {
    const location = response.headers.get('location');
    if (location !== null) return new URL(location, at);
    const form = formOf(await response.text());
    at = new URL(form.action, at);
    response = await fetch(at, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ ...form.hidden, account, decision }),
    });
  }
  throw new Error('the sign-in pages never sent the browser back');
}

function formOf(html: string): { action: string; hidden: Record<string, string> } {
  const action = /<form[^>]*\baction="([^"]*)"/.exec(html)?.[1];
  if (action === undefined)
    throw new Error(`no form on the sign-in page: ${html.replace(/<[^>]*>/g, ' ').slice(0, 300)}`);
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  return {
    action: unescaped(action),
    hidden: Object.fromEntries(
      fields.map(([, name = '', value = '']) => [unescaped(name), unescaped(value)]),
    ),
  };
}

const unescaped = (text: string) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
