/**
 * Runs in every page of `cargo xtask serve`, never on a built site: the page loads a build of the engine as soon as there is one for this
 * browser, says when it runs one that was compiled for trying out a change, and offers a better one that comes later.
 */
import { SHIPPED, type Shipped } from '../engine/shipped';
import { RANK_VARIANTS, VARIANTS, probe, there, usable, type Features } from '../engine/variants';

type Served = Readonly<Record<string, Shipped>>;

const TEXTS = {
  en: {
    dev: 'A quick build of the engine, to try out a change: its timings are not the engine’s. The one that ships is being built.',
    better: 'A better build of the engine is ready.',
    reload: 'Reload',
  },
  zh: {
    dev: '这是为试验改动而快速编译的引擎，测得的时间不代表正式引擎。正式引擎正在编译。',
    better: '更好的引擎已编译完成。',
    reload: '重新载入',
  },
};

/** The folders that the experiment and the ranks would load, where there is one. */
const bestOf = (features: Features, served: Served): (Shipped | undefined)[] =>
  [VARIANTS, RANK_VARIANTS].map((variants) => served[there(usable(features, variants), served)[0]?.name ?? '']);

/** What new builds mean for a page that runs `before`. */
export function verdict(before: (Shipped | undefined)[], after: (Shipped | undefined)[]): 'reload' | 'offer' | 'nothing' {
  const changes = before.map((old, index) => [old, after[index]] as const).filter(([old, now]) => old?.folder !== now?.folder && now);
  // A page that could not start has nothing to lose; and a change of the engine is shown like any change of the sources.
  if (changes.some(([old, now]) => !old || now!.dev)) return 'reload';
  return changes.length > 0 ? 'offer' : 'nothing';
}

function show(text: string, button?: string): void {
  document.querySelector('#tinyai-dev')?.remove();
  const note = document.createElement('div');
  note.id = 'tinyai-dev';
  note.setAttribute('role', 'status');
  note.style.cssText = 'position:fixed;inset:auto 1rem 1rem auto;max-width:24rem;padding:.6rem .9rem;z-index:99;font:14px/1.4 system-ui;background:#222;color:#fff;border-radius:6px';
  note.textContent = text;
  if (button) {
    const reload = document.createElement('button');
    reload.textContent = button;
    reload.style.marginInlineStart = '.8em';
    reload.addEventListener('click', () => location.reload());
    note.append(reload);
  }
  document.body.append(note);
}

async function follow(hot: NonNullable<ImportMeta['hot']>): Promise<void> {
  const features = await probe();
  let best = bestOf(features, SHIPPED ?? {});
  const text = () => (document.documentElement.lang.startsWith('zh') ? TEXTS.zh : TEXTS.en);
  if (best.some((build) => build?.dev)) show(text().dev);
  hot.on('tinyai:engine', (served: Served) => {
    const next = bestOf(features, served);
    const todo = verdict(best, next);
    if (todo === 'reload') location.reload();
    if (todo === 'offer') show(text().better, text().reload);
    best = next.map((build, index) => build ?? best[index]);
  });
}

if (import.meta.hot) void follow(import.meta.hot);
