/** The page for iframes: `embed/?lab=fine-tuning&lang=zh&show=loss,memory&lock=model#spec=…`. It answers the page around it alone. */
import { adoptTokens } from '../kit/tokens.css';
import { fromHash } from '../shell/address/link';
import type { Outside } from './conversation';
import { mountLab } from './mounting';

adoptTokens(document);

const outside: Outside = {
  is: ({ source }) => source === window.parent && window.parent !== window,
  // Whoever is around may read what a lab tells; nobody else gets it.
  post: (message) => window.parent !== window && window.parent.postMessage(message, '*'),
  listen: (heard) => {
    window.addEventListener('message', heard);
    return () => window.removeEventListener('message', heard);
  },
};

async function open(): Promise<void> {
  const query = new URLSearchParams(location.search);
  const get = (name: string): string | null => query.get(name);
  const read = fromHash(location.hash);
  const spec = read && 'json' in read ? JSON.stringify(read.json) : null;
  const { mount } = await mountLab({
    site: new URL('../', location.href.split(/[?#]/)[0]),
    attributes: { lab: get('lab'), spec, lang: get('lang'), show: get('show'), lock: get('lock') },
    told: () => undefined,
    outside,
  });
  const show = get('show');
  if (show !== null) mount.show = show.split(',').map((name) => name.trim());
  const theme = get('theme');
  if (theme === 'light' || theme === 'dark') mount.setAttribute('theme', theme);
  document.body.append(mount);
  let height = 0;
  new ResizeObserver(() => {
    const now = Math.ceil(document.body.scrollHeight);
    if (now === height) return;
    height = now;
    outside.post({ source: 'tinyai', version: 1, type: 'resize', height });
    outside.post({ subject: 'lti.frameResize', height });
  }).observe(document.body);
}

open().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : String(error);
  document.body.append(Object.assign(document.createElement('p'), { textContent: text, role: 'alert' }));
  outside.post({ source: 'tinyai', version: 1, type: 'error', problems: [] });
});
