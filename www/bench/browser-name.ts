/** Names in user agents, the more particular first: all of them say Safari, and most say Chrome. */
const NAMES: [string, RegExp][] = [
  ['Edge', /Edg\/([\d.]+)/],
  ['Opera', /OPR\/([\d.]+)/],
  ['Firefox', /Firefox\/([\d.]+)/],
  ['Chrome', /Chrome\/([\d.]+)/],
  ['Safari', /Version\/([\d.]+).*Safari/],
];

/** The browser and its version. */
export function browserName(userAgent: string): string {
  const [name, pattern] = NAMES.find(([, pattern]) => pattern.test(userAgent)) ?? [];
  return pattern ? `${name} ${pattern.exec(userAgent)![1]!.replace(/(\.0)+$/, '')}` : userAgent;
}
