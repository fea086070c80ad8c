/** Keys that stand twice in JSON: `JSON.parse` keeps the last of them and tells nothing. */

/** The dotted path of the first key that stands twice in one object of a text that is JSON; null if none does. */
export function repeatedKey(json: string): string | null {
  // Of each object or list that is open: its keys so far, and the key or index that its next value has.
  const open: { keys: Set<string> | null; step: string }[] = [];
  let awaitsKey = false;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],]/gs)) {
    const inner = open.at(-1);
    if (token === '{' || token === '[') {
      open.push(token === '{' ? { keys: new Set(), step: '' } : { keys: null, step: '0' });
      awaitsKey = token === '{';
    } else if (token === '}' || token === ']') {
      open.pop();
      awaitsKey = false;
    } else if (token === ',') {
      awaitsKey = inner?.keys !== null;
      if (inner?.keys === null) inner.step = String(Number(inner.step) + 1);
    } else if (awaitsKey && inner?.keys) {
      inner.step = JSON.parse(token) as string;
      if (inner.keys.has(inner.step)) return open.map(({ step }) => step).join('.');
      inner.keys.add(inner.step);
      awaitsKey = false;
    }
  }
  return null;
}
