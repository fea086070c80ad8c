/** What has to be put into a page so that a lab stands in it. */
import { shortened } from '../../engine/spec/defaults';
import { hashOf } from '../../shell/address/link';
import type { Language } from '../../shell/text/language';
import type { Spec } from '../../types/generated/Spec';

/** Where the dialog's choices begin, in pixels. */
export const HEIGHT = 640;

export interface Embedding {
  /** As an element of the page, or in a frame of its own. */
  way: 'frame' | 'element';
  lab: string;
  spec: Spec;
  /** Null: the one that the reader prefers. */
  language: Language | null;
  /** Null: all figures. */
  show: readonly string[] | null;
  lock: readonly string[];
  /** Pixels of a frame. */
  height: number;
  /** Whether a frame becomes as high as what is in it. */
  follow: boolean;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** The address of the page for frames. */
export function frameAddress(site: URL, { lab, spec, language, show, lock }: Embedding): string {
  const query = [`lab=${lab}`];
  if (language !== null) query.push(`lang=${language}`);
  if (show !== null) query.push(`show=${show.join(',')}`);
  if (lock.length > 0) query.push(`lock=${lock.join(',')}`);
  return `${new URL('embed/', site).href}?${query.join('&')}${hashOf(spec)}`;
}

const FOLLOW = `<script>
  addEventListener('message', ({ source, data }) => {
    if (data?.source !== 'tinyai' || data.type !== 'resize') return;
    for (const frame of document.querySelectorAll('iframe')) {
      if (frame.contentWindow === source) frame.style.height = data.height + 'px';
    }
  });
</script>`;

export function snippetOf(site: URL, title: string, embedding: Embedding): string {
  const { way, lab, spec, language, show, lock, height, follow } = embedding;
  if (way === 'frame') {
    const frame = [
      '<iframe',
      `  title="${escaped(title)}"`,
      `  src="${escaped(frameAddress(site, embedding))}"`,
      `  style="width: 100%; height: ${height}px; border: 0"`,
      '  loading="lazy"',
      '  allow="cross-origin-isolated; clipboard-write"',
      '></iframe>',
    ].join('\n');
    return follow ? `${frame}\n${FOLLOW}` : frame;
  }
  // JSON is full of double quotes.
  const json = JSON.stringify(shortened(spec)).replaceAll('&', '&amp;').replaceAll("'", '&#39;').replaceAll('<', '&lt;');
  return [
    `<script type="module" src="${escaped(new URL('tinyai-lab.js', site).href)}"></script>`,
    '<tinyai-lab',
    `  lab="${lab}"`,
    ...(language === null ? [] : [`  lang="${language}"`]),
    ...(show === null ? [] : [`  show="${show.join(',')}"`]),
    ...(lock.length === 0 ? [] : [`  lock="${lock.join(',')}"`]),
    `  spec='${json}'`,
    '></tinyai-lab>',
  ].join('\n');
}
