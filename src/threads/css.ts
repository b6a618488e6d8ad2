// The styles of a mail, reduced to looks: nothing that loads, moves over the page, or hides behind an escape.
import postcss, { type AtRule, type ChildNode, CssSyntaxError, type Declaration, type Rule } from 'postcss';

export type CleanCss = { css: string; blockedRemote: number };

/** What newsletters lay themselves out with. Not `position`, `transform`, `content`, `behavior`, `cursor`, `-moz-binding`. */
const PROPERTY = new RegExp(
  `^(?:${[
    'background-color|background',
    'border(?:-(?:top|right|bottom|left))?(?:-(?:color|style|width))?|border-(?:collapse|spacing|radius)',
    'border-(?:top|bottom)-(?:left|right)-radius',
    'box-sizing|caption-side|clear|color|direction|display|empty-cells|float',
    'font(?:-(?:family|size|style|variant|weight|stretch))?',
    'height|max-height|min-height|width|max-width|min-width',
    'letter-spacing|line-height|list-style(?:-type|-position)?',
    'margin(?:-(?:top|right|bottom|left))?|padding(?:-(?:top|right|bottom|left))?',
    'opacity|overflow(?:-(?:wrap|x|y))?|table-layout',
    'text-(?:align|decoration(?:-(?:color|line|style))?|indent|overflow|transform)',
    'unicode-bidi|vertical-align|visibility|white-space|word-(?:break|spacing|wrap)',
    'mso-[a-z-]+|-webkit-text-size-adjust|-ms-text-size-adjust',
  ].join('|')})$`,
);

/** Functions that fetch, escapes that hide them, and characters that would end the style. */
const FETCHES = /(?:url|image|image-set|cross-fade|element|src|paint)\s*\(/i;
const DANGEROUS =
  /[\\<>{}@;]|\/\*|expression|javascript:|vbscript:|behaviou?r|binding|var\s*\(|env\s*\(|attr\s*\(/i;
/**
 * Lengths by the height of the frame, which is made as tall as the mail: the two would chase each other without
 * end. Container units are the viewport's where there is no container.
 * https://drafts.csswg.org/css-values-4/#viewport-relative-lengths
 */
const BY_HEIGHT = /\d(?:[sld]?v|cq)(?:h|b|i|min|max)\b/i;
const HEIGHT_MEDIA = /height|aspect-ratio|orientation/i;
const REMOTE = /https?:|\/\//i;
const SAFE_SELECTOR = /^[\w\s.#:,>+~*()[\]="'^$|-]{1,500}$/;
const SAFE_MEDIA = /^[\w\s:(),.=-]{1,200}$/;
/** The paper a mail is shown on stays light, so its dark clothes would not fit. */
const DARK = /prefers-color-scheme/i;

const MAX_STYLESHEET = 200_000;

/** The declarations of a `style` attribute. */
export function cleanDeclarations(style: string): CleanCss {
  const root = parse(`a{${style}\n}`);
  const rule = root?.nodes.length === 1 ? root.first : undefined;
  return rule?.type === 'rule' ? declarationsOf(rule.nodes) : { css: '', blockedRemote: 0 };
}

/** The contents of a `<style>` element: rules, also within `@media`. */
export function cleanStylesheet(text: string): CleanCss {
  const root = text.length <= MAX_STYLESHEET ? parse(text.replace(/<!--|-->/g, '')) : null;
  return root ? rulesOf(root.nodes, true) : { css: '', blockedRemote: 0 };
}

function parse(text: string) {
  try {
    return postcss.parse(text);
  } catch (error) {
    // What is not CSS has no looks to keep.
    if (error instanceof CssSyntaxError) return null;
    throw error;
  }
}

function rulesOf(nodes: ChildNode[], mayNest: boolean): CleanCss {
  let css = '';
  let blockedRemote = 0;
  for (const node of nodes) {
    const clean =
      node.type === 'rule' ? ruleOf(node) : node.type === 'atrule' ? atRuleOf(node, mayNest) : null;
    css += clean?.css ?? '';
    blockedRemote += clean?.blockedRemote ?? 0;
  }
  return { css, blockedRemote };
}

function ruleOf(rule: Rule): CleanCss {
  const { css, blockedRemote } = declarationsOf(rule.nodes);
  const keep = css !== '' && SAFE_SELECTOR.test(rule.selector);
  return { css: keep ? `${rule.selector}{${css}}\n` : '', blockedRemote };
}

function atRuleOf(rule: AtRule, mayNest: boolean): CleanCss {
  const name = rule.name.toLowerCase();
  if (name === 'import' || name === 'font-face')
    return { css: '', blockedRemote: REMOTE.test(String(rule)) ? 1 : 0 };
  if (name !== 'media' || !mayNest || !rule.nodes) return { css: '', blockedRemote: 0 };
  const { css, blockedRemote } = rulesOf(rule.nodes, false);
  const keep = css !== '' && isSteadyMedia(rule.params);
  return { css: keep ? `@media ${rule.params}{${css}}\n` : '', blockedRemote };
}

/** True for conditions that hold in the light and whatever the height of the frame. */
function isSteadyMedia(params: string): boolean {
  const changing = [DARK, HEIGHT_MEDIA, BY_HEIGHT].some((each) => each.test(params));
  return SAFE_MEDIA.test(params) && !changing;
}

function declarationsOf(nodes: ChildNode[]): CleanCss {
  const declarations = nodes.filter((node) => node.type === 'decl');
  return {
    css: declarations.filter(isHarmless).map(declarationText).join(';'),
    blockedRemote: declarations.filter((decl) => FETCHES.test(decl.value) && REMOTE.test(decl.value)).length,
  };
}

function isHarmless({ prop, value }: Declaration): boolean {
  const refused = [FETCHES, DANGEROUS, BY_HEIGHT].some((each) => each.test(value));
  return PROPERTY.test(prop.toLowerCase()) && !refused;
}

// Written anew: what stood between the parts (comments, raw spellings) is gone.
function declarationText({ prop, value, important }: Declaration): string {
  return `${prop.toLowerCase()}:${value.replace(/\s+/g, ' ').trim()}${important ? '!important' : ''}`;
}
