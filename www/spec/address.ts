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

/** Keeps experiments of one kind in the address: what they change of the default. */
export class Address<T extends object> {
  constructor(
    private readonly defaults: T,
    private readonly fits: (spec: unknown) => boolean,
  ) {}

  read(): Addressed<T> {
    const text = window.location.hash;
    remember();
    const read = fromHash(text, this.defaults);
    const broken = (reason: BrokenLink['reason'], detail = ''): BrokenLink => ({ reason, text, detail, problems: [] });
    if (read === null) return { spec: structuredClone(this.defaults), broken: null };
    if ('unreadable' in read) return { spec: structuredClone(this.defaults), broken: broken(read.unreadable, read.detail) };
    if (!this.fits(read.spec)) return { spec: structuredClone(this.defaults), broken: broken('refused'), refused: read.spec };
    return { spec: read.spec as T, broken: null };
  }

  write(spec: T): void {
    history.replaceState(null, '', `${location.pathname}${location.search}${toHash(spec, this.defaults)}`);
    remember();
  }

  /** Tells of an address that another experiment was written into than the one that is shown. */
  follow(shown: () => T, onChange: () => void): void {
    window.addEventListener('hashchange', () => {
      if (window.location.hash !== toHash(shown(), this.defaults)) onChange();
    });
  }
}
