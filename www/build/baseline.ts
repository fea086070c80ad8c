/**
 * The oldest browsers that the site supports. Syntax is compiled down to them; what needs a method or an object that they lack would need
 * a polyfill, and so stays out of all scripts: the build looks for it.
 */
export const BASELINE = { chrome: 109, firefox: 115, safari: 16.4 };

/** For `build.target`. */
export const TARGETS = Object.entries(BASELINE).map(([browser, version]) => `${browser}${version}`);

const NAMES = `Chrome ${BASELINE.chrome}, Firefox ${BASELINE.firefox}, Safari ${BASELINE.safari}`;

/** For those below it. */
export const BASELINE_TEXT = {
  en: `This browser is too old for this page: it needs ${NAMES} or newer.`,
  zh: `此浏览器版本过旧，无法运行本页：请使用 ${NAMES.replaceAll(', ', '、')} 或更新的版本。`,
};

/** What some browser of the baseline lacks, as it shows in a script, and from when on all three have it. */
const ABOVE: [name: string, pattern: RegExp, since: string][] = [
  ['Array.prototype.toSorted, toReversed, toSpliced', /\.(toSorted|toReversed|toSpliced)\(/, 'Chrome 110'],
  ['Array.prototype.with', /\.with\(/, 'Chrome 110'],
  ['Object.groupBy, Map.groupBy', /\b(Object|Map)\.groupBy\b/, 'Safari 17.4'],
  ['Array.fromAsync', /\bArray\.fromAsync\b/, 'Chrome 121'],
  ['Promise.withResolvers', /\bPromise\.withResolvers\b/, 'Safari 17.4'],
  ['Promise.try', /\bPromise\.try\b/, 'Safari 18.2'],
  ['AbortSignal.any', /\bAbortSignal\.any\b/, 'Firefox 124'],
  ['URL.canParse, URL.parse', /\bURL\.(canParse|parse)\b/, 'Safari 18'],
  ['methods of Set', /\.(isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference)\(/, 'Firefox 127'],
  ['helpers of iterators', /\.(values|keys|entries)\(\)\.(map|filter|take|drop|flatMap|reduce|toArray|forEach|some|every|find)\(/, 'Safari 18.4'],
  ['Iterator.from', /\bIterator\.from\b/, 'Safari 18.4'],
  ['String.prototype.isWellFormed, toWellFormed', /\.(isWellFormed|toWellFormed)\(/, 'Firefox 119'],
  ['ArrayBuffer.prototype.transfer', /\.(transferToFixedLength)\(|\.buffer\.transfer\(/, 'Firefox 122'],
  ['base64 and hex of Uint8Array', /\bUint8Array\.from(Base64|Hex)\b|\.to(Base64|Hex)\(/, 'Chrome 140'],
  ['RegExp.escape', /\bRegExp\.escape\b/, 'Chrome 136'],
  ['Intl.Segmenter', /\bIntl\.Segmenter\b/, 'Firefox 125'],
  ['Intl.DurationFormat', /\bIntl\.DurationFormat\b/, 'Chrome 129'],
  ['Atomics.waitAsync', /\bAtomics\.waitAsync\b/, 'Firefox 145'],
  ['scheduler.yield, scheduler.postTask', /\bscheduler\.(yield|postTask)\b/, 'not in Safari'],
  ['requestIdleCallback', /\brequestIdleCallback\(/, 'not in Safari'],
  ['Element.prototype.checkVisibility', /\.checkVisibility\(/, 'Safari 17.4'],
  ['popovers', /\.(showPopover|hidePopover|togglePopover)\(/, 'Firefox 125'],
];

/** What a script uses that is above the baseline. A call behind `?.` is not counted: the script knows that it may not be there. */
export function aboveBaseline(code: string): string[] {
  return ABOVE.flatMap(([name, pattern, since]) => (pattern.test(code) ? [`${name} (${since})`] : []));
}

/**
 * What some browser of the baseline cannot read in a style sheet. Vite compiles files of CSS down to the baseline (`light-dark()` among
 * them), but not the styles in scripts.
 */
const CSS_ABOVE: [name: string, pattern: RegExp, since: string][] = [
  ['light-dark()', /\blight-dark\([^)]/, 'Chrome 123'],
  ['color-mix() and relative colours', /\bcolor-mix\(|\b(rgb|hsl|oklch|oklab|lab|lch)\(from /, 'Chrome 111'],
  ['oklch(), oklab(), lab(), lch()', /\b(oklch|oklab|lch|lab)\(/, 'Chrome 111'],
  ['nested rules', /[{;}]\s*&[^;{}]*\{/, 'Chrome 112'],
  [':has()', /:has\(/, 'Firefox 121'],
  ['subgrid', /:\s*subgrid\b/, 'Chrome 117'],
  ['@scope', /@scope\b/, 'Chrome 118'],
  ['trigonometry', /\b(sin|cos|tan|atan2)\(/, 'Chrome 111'],
];

/** What the styles in a source, from `css` to the next backquote, use that is above the baseline. */
export function cssAboveBaseline(source: string): string[] {
  const styles = [...source.matchAll(/\bcss`([^`]*)`/g)].map((match) => match[1]!).join('\n');
  return CSS_ABOVE.flatMap(([name, pattern, since]) => (pattern.test(styles) ? [`${name} (${since})`] : []));
}
