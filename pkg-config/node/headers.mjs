// The file `_headers` of the built site (www/build/headers.ts), as Netlify and Cloudflare read it.

/** The rules in a text: a pattern on a line of its own, then its headers, indented. */
export function parseHeaders(text) {
  const rules = [];
  for (const line of text.split("\n")) {
    if (/^\S/.test(line) && !line.startsWith("#")) rules.push({ pattern: line.trim(), headers: [] });
    const header = /^\s+([^:\s]+):\s*(.*)$/.exec(line);
    if (header) rules.at(-1)?.headers.push([header[1], header[2].trim()]);
  }
  return rules;
}

/** The headers of a path. */
export function headersFor(rules, path) {
  const fits = ({ pattern }) => (pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern);
  return rules.filter(fits).flatMap(({ headers }) => headers);
}
