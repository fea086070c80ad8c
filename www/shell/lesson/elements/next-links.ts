/** Where to go from the end of a lesson or of a workbench. */
import { html, nothing } from 'lit';
import type { LabStore } from '../../store/lab-store';
import type { Words } from '../../text/words';

/** The next lesson; after the last, the lab's workbenches in turn, and then the next section. */
export function nextLinks(store: LabStore, { language, messages }: Words) {
  const lessons = store.lessons!;
  const text = messages.lesson.next;
  const { next, workbenchesAfter } = lessons;
  const [first, ...others] = workbenchesAfter;
  const section = store.after && html`<a class=${first ? 'link' : 'primary'} href=${store.after.href}>${text.section(store.after.title[language])}</a>`;
  return html`<div class="next">
    ${next
      ? html`<a class="primary" href=${lessons.hrefOf(next)}>${text.lesson(next.title[language])}</a>`
      : html`${lessons.current ? html`<span>${text.done}</span>` : nothing}
        ${first ? html`<a class="primary" href=${lessons.hrefOf(first)}>${first.title[language]}</a>` : nothing}
        ${others.map((bench) => html`<a class="link" href=${lessons.hrefOf(bench)}>${bench.title[language]}</a>`)}
        ${section ?? nothing}`}
    <a class="link" href=${lessons.playHref}>${text.freePlay}</a>
    ${store.homeHref === null ? nothing : html`<a class="link" href=${store.homeHref}>${text.home}</a>`}
  </div>`;
}
