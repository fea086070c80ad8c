/** The address of a page, which holds its experiment. */
import type { Problem } from '../types/generated/Problem';
import { fromHash, toHash } from './hash';
import { remember } from './visited';

/** A link that could not be used as it was. */
export interface BrokenLink {
  reason: 'cut_off' | 'not_base64' | 'refused';
  /** The hash as it was, to be copied. */
  text: string;
  /** What could be decoded of it. */
  detail: string;
  /** What the engine says of it. */
  problems: Problem[];
}

/** What the address says: an experiment, or the default one beside what is wrong with the link. */
export interface Addressed<T> {
  spec: T;
  broken: BrokenLink | null;
  /** What a refused link holds, for whoever can say why. */
  refused?: unknown;
}

function repeatedProblem(path: string): Problem {
  const field = path.replace(/^base\./, '');
  const message = {
    en: `${field} stands twice in the same object. Keep the one that is meant.`,
    zh: `${field} 在同一个对象中出现了两次。请只保留想要的那个。`,
  };
  return { code: 'conflict', run: null, field, value: null, message };
}

/** Wait after the last change before it is written: browsers allow some hundred writes in half a minute. */
const PAUSE_MILLISECONDS = 300;

/** Keeps experiments of one kind in the address: what they change of the default. */
export class Address<T extends object> {
  private unwritten: T | null = null;
  private timer = 0;

  constructor(
    private readonly defaults: T,
    private readonly fits: (spec: unknown) => boolean,
  ) {}

  read(): Addressed<T> {
    this.unwritten = null;
    const text = window.location.hash;
    remember();
    const read = fromHash(text, this.defaults);
    const broken = (reason: BrokenLink['reason'], detail = ''): BrokenLink => ({ reason, text, detail, problems: [] });
    if (read === null) return { spec: structuredClone(this.defaults), broken: null };
    if ('unreadable' in read) return { spec: structuredClone(this.defaults), broken: broken(read.unreadable, read.detail) };
    if ('repeated' in read) {
      const problems = [repeatedProblem(read.repeated)];
      return { spec: structuredClone(this.defaults), broken: { ...broken('refused', read.detail), problems } };
    }
    if (!this.fits(read.spec)) return { spec: structuredClone(this.defaults), broken: broken('refused'), refused: read.spec };
    return { spec: read.spec as T, broken: null };
  }

  /** Writes an experiment once it stays as it is for a moment, or is flushed. */
  write(spec: T): void {
    this.unwritten = spec;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.flush(), PAUSE_MILLISECONDS);
  }

  /** Writes what is not written yet. */
  flush(): void {
    clearTimeout(this.timer);
    const spec = this.unwritten;
    if (spec === null) return;
    this.unwritten = null;
    history.replaceState(null, '', `${location.pathname}${location.search}${toHash(spec, this.defaults)}`);
    remember();
  }

  /** Tells of an address that another experiment was written into than the one that is shown. */
  follow(shown: () => T, onChange: () => void): void {
    window.addEventListener('pagehide', () => this.flush());
    window.addEventListener('hashchange', () => {
      if (window.location.hash !== toHash(shown(), this.defaults)) onChange();
    });
  }
}
