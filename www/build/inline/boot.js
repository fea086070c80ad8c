/*
 * Runs before anything else of a page, in every browser there is: ES5 only. It sets the language and the appearance that the page will
 * have (pages/language.ts, pages/theme.ts, pages/present.ts), so that nothing flashes, and shows those below the baseline (build/baseline.ts) what is wrong.
 */
(function (root) {
  function stored(key, storage) {
    try {
      return window[storage || 'localStorage'].getItem(key);
    } catch (error) {
      return error && null;
    }
  }
  var language = stored('tinyai-language');
  var wished = navigator.languages || [navigator.language || ''];
  for (var i = 0; !/^(zh|en)$/.test(language || '') && i < wished.length; i++) language = wished[i].slice(0, 2);
  root.lang = language === 'zh' ? 'zh-CN' : 'en';
  var theme = stored('tinyai-theme');
  if (theme === 'light' || theme === 'dark') root.setAttribute('data-theme', theme);
  if (stored('tinyai-present', 'sessionStorage') === 'on') root.setAttribute('data-present', '');
  // The last of the baseline's features to come to Chrome, Firefox and Safari; the engine's SIMD is older in all of them.
  if (!(window.CSS && CSS.supports('height', '1dvh') && window.CompressionStream && [].findLast && document.adoptedStyleSheets)) root.className += ' below-baseline';
})(document.documentElement);
