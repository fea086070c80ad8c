/** The page for iframes: `embed/?lab=fine-tuning&lang=zh&show=loss,memory&lock=model#spec=…`. It answers the page around it alone. */
import { adoptFonts } from '../kit/fonts/fonts';
import { problemsOf } from '../engine/error';
import { adoptTokens } from '../kit/tokens.css';
import type { LabMount } from '../shell/elements/lab';
import type { Problem } from '../types/generated/Problem';
import { alertOf } from './alert';
import { mountLab } from './mounting';
import { asked, errorOf, said, type EmbedMessage } from './protocol';
import { NAMES, type Written } from './settings';

adoptTokens(document);

/** Null: nobody has set this page in a frame. */
const outside = window.parent === window ? null : window.parent;

// Whoever is around may read what a lab tells, and nobody else gets it. The page around need not say who it is: a sandboxed one has no origin.
const say = (message: EmbedMessage, id?: unknown): void => outside?.postMessage(said(message, id), '*');

const query = new URLSearchParams(location.search);
const written = Object.fromEntries(NAMES.map((name) => [name, query.get(name)])) as Written;
if (location.hash.length > 1) written.spec = decoded(location.hash);

/** As it was written, for browsers escape what stands in an address. */
function decoded(hash: string): string {
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash;
  }
}

function fail(problems: readonly Problem[]): void {
  document.body.append(alertOf(problems));
  say(errorOf(problems));
}

/** Gives the page the lab's language and name. */
async function entitle({ definition, language }: LabMount): Promise<void> {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  const { name } = await definition.text[language]();
  document.title = `${name} · TinyAI Playground`;
}

/** Tells the page around how high this one is, whenever that changes. */
function measure(): void {
  let told = 0;
  const tell = (): void => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height === told || height === 0) return;
    told = height;
    say({ type: 'resize', height });
    // Learning platforms know this one.
    outside?.postMessage({ subject: 'lti.frameResize', height }, '*');
  };
  new ResizeObserver(tell).observe(document.body);
}

const site = new URL('../', location.href.split(/[?#]/)[0]);
// A page of somebody else's may forbid fonts, and asked for none; a frame is ours.
adoptFonts(document, site);
const opened = mountLab({ site, written, say });

window.addEventListener('message', async ({ source, data }: MessageEvent) => {
  if (!outside || source !== outside) return;
  const answer = await opened.then(
    (lab) => lab.answer(data),
    (error: unknown) => {
      const message = asked(data);
      return message && { message: errorOf(problemsOf(error)), id: message.id };
    },
  );
  if (answer) say(answer.message, answer.id);
});

opened.then(
  (lab) => {
    if (lab.problems.length > 0) document.body.append(alertOf(lab.problems));
    lab.mount.addEventListener('words', () => void entitle(lab.mount));
    const theme = lab.mount.getAttribute('theme');
    if (theme) document.documentElement.dataset.theme = theme;
    document.body.append(lab.mount);
    measure();
  },
  (error: unknown) => fail(problemsOf(error)),
);
