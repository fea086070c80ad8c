/**
 * Where in a lab its page stands, as the address says: `#lesson=ID`, with `&spec=…` where the experiment is another than the lesson's own;
 * `#play` or `#spec=…` for free play. An address without a hash is that of the first lesson.
 */
import type { AddressPort } from '../ports';

const LESSON = 'lesson=';
const PLAY = 'play';

/** What a hash says. */
export interface Placed {
  /** The lesson; null: free play; undefined: nothing is said. */
  lesson: string | null | undefined;
  /** The part that holds an experiment, with its `#`; empty for none. */
  experiment: string;
}

export function placed(hash: string): Placed {
  const text = hash.replace(/^#/, '');
  if (text === '') return { lesson: undefined, experiment: '' };
  if (text === PLAY) return { lesson: null, experiment: '' };
  if (!text.startsWith(LESSON)) return { lesson: null, experiment: hash };
  const [lesson, ...rest] = text.slice(LESSON.length).split('&');
  return { lesson: decoded(lesson!), experiment: rest.length > 0 ? `#${rest.join('&')}` : '' };
}

export function hashOf({ lesson, experiment }: Placed): string {
  if (lesson == null) return experiment === '' ? `#${PLAY}` : experiment;
  return `#${LESSON}${encodeURIComponent(lesson)}${experiment === '' ? '' : `&${experiment.slice(1)}`}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address of a lab that has lessons, as whoever writes its experiment sees it: the experiment alone. */
export class Place implements AddressPort {
  /** The lesson that what is written belongs to. */
  private written: string | null | undefined;

  constructor(
    private readonly address: AddressPort,
    /** Told of a lesson, or of free play, that the address has come to name. */
    private readonly moved: (lesson: string | null | undefined) => void,
  ) {
    this.written = this.lesson;
  }

  get lesson(): string | null | undefined {
    return placed(this.address.read()).lesson;
  }

  /** What is written from now on belongs to another lesson, or to free play. */
  settle(lesson: string | null): void {
    this.written = lesson;
  }

  read(): string {
    return placed(this.address.read()).experiment;
  }

  write(experiment: string): void {
    this.address.write(hashOf({ lesson: this.written ?? null, experiment }));
  }

  href(experiment: string): string {
    return this.address.href(hashOf({ lesson: this.written ?? null, experiment }));
  }

  follow(changed: () => void): () => void {
    return this.address.follow(() => {
      const { lesson } = this;
      if (lesson !== this.written) this.moved(lesson);
      changed();
    });
  }
}
