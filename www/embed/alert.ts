/** What is wrong, for the author of a page, who sees it before readers do. */
import { plainProblem } from '../engine/error';
import type { Problem } from '../types/generated/Problem';

/** Said in both languages, for the reader's may be what is wrong. */
export function alertOf(problems: readonly Problem[]): HTMLElement {
  const alert = document.createElement('p');
  alert.setAttribute('role', 'alert');
  for (const { message } of problems.map(plainProblem)) {
    for (const [lang, textContent] of [['en', message.en], ['zh-CN', message.zh]] as const) alert.append(Object.assign(document.createElement('span'), { lang, textContent }), document.createElement('br'));
  }
  return alert;
}
