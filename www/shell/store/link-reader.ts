/** Reads the experiment that the address of a lab holds. */
import { Signal } from 'signal-polyfill';
import { problem, problemsOf } from '../../engine/error';
import { whole } from '../../engine/spec/whole';
import type { Problem } from '../../types/generated/Problem';
import type { Spec } from '../../types/generated/Spec';
import { fromHash } from '../address/link';
import type { AddressPort } from '../ports';

/** A link that could not be used as it was. */
export interface BrokenLink {
  reason: 'cut_off' | 'not_base64' | 'refused';
  /** The hash as it was, to be copied. */
  text: string;
  /** What could be decoded of it. */
  detail: string;
  /** What the engine says of it; of one that is refused there are none until it has. */
  problems: readonly Problem[];
}

export interface LinkChecker {
  check(spec: unknown, signal?: AbortSignal): Promise<Problem[]>;
  migrate(lab: string, link: unknown, signal?: AbortSignal): Promise<Spec>;
}

export interface LinkOptions {
  lab: string;
  /** What the page begins with where its address holds no experiment. */
  initial: () => Spec;
  /** Labs that had links of version 1, whose specs name no version. */
  hadVersion1: boolean;
  address: AddressPort;
  checker: LinkChecker;
}

export class LinkReader {
  private readonly reading = new Signal.State(false);
  private readonly bad = new Signal.State<BrokenLink | null>(null);
  /** Aborted when what is being read is no longer wanted. */
  private wanted = new AbortController();
  private stopFollowing: (() => void) | null = null;

  constructor(
    private readonly options: LinkOptions,
    private readonly open: (spec: Spec) => void,
  ) {}

  /** Whether a link is being read. */
  get opening(): boolean {
    return this.reading.get();
  }

  get broken(): BrokenLink | null {
    return this.bad.get();
  }

  /** Reads the address, and does so again whenever it is no longer that of the experiment as it is written. */
  start(written: () => string): void {
    this.read();
    this.stopFollowing = this.options.address.follow(() => {
      if (this.options.address.read() !== written()) this.read();
    });
  }

  /** Another experiment is written: the one that is being read is not to take its place, nor what was wrong with it to be told. */
  letGo(): void {
    this.wanted.abort();
    this.reading.set(false);
    this.bad.set(null);
  }

  dispose(): void {
    this.wanted.abort();
    this.stopFollowing?.();
  }

  private read(): void {
    const { address, initial, lab, hadVersion1, checker } = this.options;
    this.letGo();
    const { signal } = (this.wanted = new AbortController());
    const text = address.read();
    const read = fromHash(text);
    if (read === null) return this.open(structuredClone(initial()));
    if ('unreadable' in read) return this.refuse({ reason: read.unreadable, text, detail: read.detail, problems: [] });
    if ('repeated' in read) return this.refuse({ reason: 'refused', text, detail: read.detail, problems: [repeated(read.repeated)] });
    const { json } = read;
    const version = (json as { version?: unknown } | null)?.version;
    if (!hadVersion1 || (version !== undefined && version !== 1)) return this.openJson(json, text, signal);
    this.reading.set(true);
    checker.migrate(lab, json, signal).then(
      (spec) => {
        if (signal.aborted) return;
        this.reading.set(false);
        this.openJson(spec, text, signal);
      },
      (error: unknown) => {
        if (signal.aborted) return;
        this.reading.set(false);
        this.refuse({ reason: 'refused', text, detail: JSON.stringify(json), problems: problemsOf(error) });
      },
    );
  }

  /** Opens a spec that leaves out what is default, or says why it cannot be. */
  private openJson(json: unknown, text: string, signal: AbortSignal): void {
    const spec = whole(json, this.options.initial().runs);
    if (spec) return this.open(spec);
    const link: BrokenLink = { reason: 'refused', text, detail: '', problems: [] };
    this.refuse(link);
    void this.options.checker
      .check(json, signal)
      .catch(problemsOf)
      .then((problems) => {
        if (!signal.aborted) this.bad.set({ ...link, problems: problems.length > 0 ? problems : [noSpec()] });
      });
  }

  /** The lab begins as it does without a link. */
  private refuse(link: BrokenLink): void {
    this.open(structuredClone(this.options.initial()));
    this.bad.set(link);
  }
}

const noSpec = (): Problem =>
  problem('wrong_type', 'It does not have the shape of an experiment, { base, runs }.', '它不是 { base, runs } 形式的实验配置。');

function repeated(path: string): Problem {
  const field = path.replace(/^base\./, '');
  const en = `{${field}} stands twice in the same object. Keep the one that is meant.`;
  return { ...problem('conflict', en, `{${field}}在同一个对象中出现了两次。请只保留想要的那个。`), field };
}
