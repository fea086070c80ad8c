import { css, unsafeCSS, type CSSResult } from 'lit';
import { MEANINGS, type Palette } from './palette';

export type { Palette } from './palette';

/** Colours in light and in dark; those that mean something are in `palette.ts`. */
export const COLOURS = {
  paper: ['#fbf9f4', '#17181a'],
  pane: ['#f3efe6', '#1e1f21'],
  raised: ['#fffdf9', '#26272a'],
  ink: ['#221f1a', '#ebe6da'],
  'ink-2': ['#5f584c', '#aaa394'],
  'ink-3': ['#8d8473', '#7d776b'],
  rule: ['#ddd5c4', '#37363a'],
  'rule-strong': ['#b8ad97', '#57544f'],
  seal: ['#a3281e', '#b8392d'],
  'seal-ink': ['#a3281e', '#ef8b7d'],
  // The ring around what has the focus: no colour of problems.
  focus: ['#1f4f9e', '#8fc4ff'],
  'on-seal': ['#fffaf2', '#fffaf2'],
  wash: ['#f7e9e0', '#3a2522'],
  thread: ['#cf8d80', '#6b3a34'],
  // Series: told apart without red and green, and by the pattern of their lines.
  'run-0': ['#1d5a91', '#6fb1ea'],
  'run-1': ['#a34f00', '#f0a04b'],
  'run-2': ['#00745a', '#4cc2a0'],
  'run-3': ['#8a3d80', '#d98fd0'],
  'run-4': ['#5b5346', '#c4bba9'],
  'run-5': ['#0b7182', '#59c6d8'],
  'run-6': ['#7d6100', '#d9bf4a'],
  'run-7': ['#4a4a9c', '#a5a5f0'],
  'run-8': ['#b02a63', '#ff8fb3'],
} as const satisfies Palette;

/** Before a hall lines and quiet words are darker, or brighter, than on a desk. */
const PRESENTED = {
  rule: ['#a89b82', '#6f6b63'],
  'rule-strong': ['#6b6250', '#a39c90'],
  'ink-2': ['#3d382f', '#d3ccbe'],
  'ink-3': ['#5f584c', '#b3ac9d'],
  thread: ['#b0594a', '#a8584d'],
} as const satisfies Palette;

/** Declares every colour of a palette. */
type Each = (declare: (name: string, light: string, dark: string) => string) => CSSResult;

/**
 * A palette as custom properties of a component, in light or in dark. Where a theme is chosen by attribute, on a component or at the root
 * of a page, the element that has the attribute needs these styles, too: it hands the theme's colours down.
 */
export function themed(palette: Palette): CSSResult {
  const each: Each = (declare) =>
    unsafeCSS(
      Object.entries(palette)
        .map(([name, [light, dark]]) => declare(name, light, dark))
        .join('\n'),
    );
  // What a page wishes for comes first, then the theme that was chosen around, then what the system says.
  const wished = (name: string, colour: string): string => `--${name}: var(--tinyai-${name}, var(--present-${name}, var(--theme-${name}, ${colour})));`;
  return css`
    :root,
    :host {
      ${each((name, light) => wished(name, light))}
    }

    @media (prefers-color-scheme: dark) {
      :root,
      :host {
        ${each((name, _, dark) => wished(name, dark))}
      }
    }

    :root[data-theme='light'],
    :host([theme='light']) {
      ${each((name, light) => `--theme-${name}: ${light};`)}
    }

    :root[data-theme='dark'],
    :host([theme='dark']) {
      ${each((name, _, dark) => `--theme-${name}: ${dark};`)}
    }

    ${presented(palette, each)}

    /* On paper all is dark on white, whatever was chosen. */
    @media print {
      :root,
      :host,
      :host([theme]) {
        ${each((name, light) => `--${name}: ${light};`)}
      }
    }
  `;
}

/** What a page hands down of `PRESENTED` while it is presented. */
function presented(palette: Palette, each: Each): CSSResult {
  const chosen = (theme: 0 | 1): CSSResult =>
    each((name) => {
      const colour = name in palette ? (PRESENTED as Palette)[name]?.[theme] : undefined;
      return colour === undefined ? '' : `--present-${name}: ${colour};`;
    });
  return css`
    :root[data-present] {
      ${chosen(0)}
    }

    @media (prefers-color-scheme: dark) {
      :root[data-present]:not([data-theme='light']) {
        ${chosen(1)}
      }
    }

    :root[data-present][data-theme='dark'] {
      ${chosen(1)}
    }
  `;
}

/**
 * Colours, type and spacing as custom properties: components set them on their own hosts, so that they look alike on any page. A page that
 * wants another look sets the public token of a colour, such as `--tinyai-paper`, on a component or anything around it.
 *
 * Light or dark is what the system says, unless `theme="light"` or `theme="dark"` stands on a component or one around it, or `data-theme`
 * at the root of a page that has these tokens, too. `light-dark()` would do, but not in browsers from before spring 2024.
 */
export const tokens = css`
  ${themed({ ...COLOURS, ...MEANINGS })}

  :root,
  :host {
    color-scheme: var(--theme-scheme, light dark);

    --sans: var(
      --tinyai-sans,
      'Source Sans 3', 'Segoe UI', 'Noto Sans', 'PingFang SC', 'Hiragino Sans GB', 'Source Han Sans SC', 'Noto Sans CJK SC',
      'Microsoft YaHei', system-ui, sans-serif
    );
    --serif: var(
      --tinyai-serif,
      'Iowan Old Style', 'Palatino Linotype', Palatino, 'Source Serif 4', 'Noto Serif', 'Songti SC', 'Source Han Serif SC',
      'Noto Serif CJK SC', 'Noto Serif SC', STSong, SimSun, Georgia, serif
    );
    /* Headings, in weight 600: Chinese in the font that the site ships with (fonts/fonts.ts), which has no other weight. */
    --heading: var(--tinyai-serif, 'TinyAI Serif', var(--serif));
    --verse: var(
      --tinyai-verse,
      'Songti SC', 'Source Han Serif SC', 'Noto Serif CJK SC', 'Noto Serif SC', STSong, SimSun, 'Iowan Old Style', Palatino, Georgia, serif
    );
    --mono: var(--tinyai-mono, ui-monospace, 'Noto Sans Mono', Menlo, Consolas, monospace);

    /* The size of text. A page whose root has another one than its text does not shrink what is ours. */
    --unit: var(--tinyai-unit, var(--present-unit, max(1rem, 15px)));
    /* No text is smaller. */
    --least: var(--present-least, 14px);
    --size-small: max(calc(0.86 * var(--unit)), var(--least));
    --size-note: max(calc(0.92 * var(--unit)), var(--least));
    --size-text: max(var(--unit), var(--least));
    --size-heading: calc(1.15 * var(--unit));
    /* Space between things: a grid of 8 px, with a half step. */
    --space-1: 4px;
    --space-2: 8px;
    --space-3: 16px;
    --space-4: 24px;
    --space-5: 32px;
    --space-6: 48px;
    /* The least height of what is pressed. */
    --target: 0px;
    --corner: var(--tinyai-corner, 4px);
  }

  /* Chinese fonts have wide quotation marks, as Chinese wants them, which would tear English apart: they come last there. */
  :root:lang(en),
  :host(:lang(en)) {
    --sans: var(
      --tinyai-sans,
      'Source Sans 3', 'Segoe UI', 'Noto Sans', -apple-system, 'Helvetica Neue', 'Liberation Sans', Arial, 'PingFang SC', 'Source Han Sans SC',
      'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif
    );
    --serif: var(
      --tinyai-serif,
      'Iowan Old Style', 'Palatino Linotype', Palatino, 'Source Serif 4', 'Noto Serif', Georgia, 'Liberation Serif', 'Times New Roman', 'Songti SC',
      'Source Han Serif SC', 'Noto Serif CJK SC', 'Noto Serif SC', STSong, SimSun, serif
    );
  }

  :root[data-present],
  :host([present]) {
    --present-unit: max(1rem, 22px);
    --present-least: 20px;
  }

  :root[data-theme='light'],
  :host([theme='light']) {
    --theme-scheme: light;
  }

  :root[data-theme='dark'],
  :host([theme='dark']) {
    --theme-scheme: dark;
  }

  @media (pointer: coarse) {
    :root,
    :host {
      --target: 44px;
    }
  }

  @media print {
    :root,
    :host,
    :host([theme]) {
      color-scheme: light;
      --paper: #fff;
      --pane: #fff;
      --raised: #fff;
      --unit: 10pt;
      --least: 8pt;
    }
  }
`;

/** Gives the tokens to a page itself, for what it draws outside of components, and for the theme chosen at its root; more palettes likewise. */
export function adoptTokens(page: Document, ...palettes: CSSResult[]): void {
  for (const { styleSheet } of [tokens, ...palettes]) {
    if (styleSheet && !page.adoptedStyleSheets.includes(styleSheet)) page.adoptedStyleSheets.push(styleSheet);
  }
}
