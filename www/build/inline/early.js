/*
 * Fetches what the page's scripts will ask for only later, one after the other: the lab and its texts, the engine's build for this browser
 * and the files of the first experiment. They are then in the browser's cache, or on their way into it. The plan is made by build/early.ts.
 */
(function (plan) {
  if (!window.fetch || !window.WebAssembly || (navigator.connection && navigator.connection.saveData)) return;
  function code(char) {
    return char.charCodeAt(0);
  }
  function read(response) {
    return response.arrayBuffer();
  }
  // Read to its end: a response that nobody reads may be given up. What fails here is fetched again by those who need it, and told.
  function get(path, priority) {
    fetch(plan.root + path, { priority: priority }).then(read).then(null, Boolean);
  }
  var language = document.documentElement.lang.slice(0, 2);
  // A module with one relaxed SIMD instruction.
  var relaxed = WebAssembly.validate(new Uint8Array(atob('AGFzbQEAAAABBQFgAAF7AwIBAAoPAQ0AQQH9D0EC/Q/9gAIL').split('').map(code)));
  function fits(build) {
    return (window.crossOriginIsolated || !build.threads) && (relaxed || !build.relaxed);
  }
  function all(paths, priority) {
    for (var i = 0; i < paths.length; i++) get(paths[i], priority);
  }
  for (var i = 0; i < plan.engines.length; i++) {
    var build = plan.engines[i].filter(fits)[0];
    if (build) all(build.files, 'high');
  }
  all(plan.always.concat(plan.modules[language], plan.fonts[language]), 'high');
  if (location.hash.length < 2) all(plan.assets[language], 'low');
})(PLAN);
