import fc from 'fast-check';
import { parseFragment } from 'parse5';
import { expect, it } from 'vitest';

import { textToHtml } from './plain-text.ts';

it('escapes what looks like HTML', () => {
  expect(textToHtml('<script>alert("1")</script> & \'co\'')).toBe(
    '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;co&#39;',
  );
});

it('links addresses, without the punctuation that follows them', () => {
  const html = textToHtml('See https://yard.example/a?b=1&c=2, or write to parts@yard.example.');
  expect(html).toContain('href="https://yard.example/a?b=1&amp;c=2"');
  expect(html).toContain('href="mailto:parts@yard.example"');
  expect(html).toContain('</a>, or');
  expect(html).toMatch(/<\/a>\.$/);
});

it('does not let an address break out of its link', () => {
  const html = textToHtml('https://a.example/"onmouseover="alert(1) https://a.example/<b>');
  expect(html).not.toMatch(/<b>|"onmouseover=/);
});

it('keeps quoted parts, marked by their depth', () => {
  expect(textToHtml('yes\n> no\n> > why')).toBe(
    'yes\n<span class="quote q1">&gt; no</span>\n<span class="quote q2">&gt; &gt; why</span>',
  );
});

it('takes a long line in its stride', () => {
  const started = performance.now();
  for (const line of [
    'a.'.repeat(50_000),
    `https://x.example/${'.'.repeat(100_000)}a`,
    '>'.repeat(100_000),
  ]) {
    textToHtml(line);
  }
  expect(performance.now() - started).toBeLessThan(5_000);
});

it('shows every text as it is, in spans and links alone', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const fragment = parseFragment(textToHtml(text));
      const names = new Set<string>();
      const visit = (node: { nodeName: string; childNodes?: unknown[] }) => {
        if (node.nodeName !== '#text') names.add(node.nodeName);
        for (const child of node.childNodes ?? []) visit(child as typeof node);
      };
      visit(fragment);
      names.delete('#document-fragment');
      expect([...names].filter((name) => name !== 'a' && name !== 'span')).toEqual([]);
    }),
  );
});
