/**
 * Patience with a worker that starts others. In Firefox `new Worker` within a worker now and then never returns (2 or 3 of 100 starts of an
 * engine); that worker then answers nothing any more, and another has to take its place.
 */

/** A worker answers nothing any more. */
export class Hung extends Error {
  constructor() {
    super('The worker did not answer.');
    this.name = 'Hung';
  }
}

/** Milliseconds in which a worker starts others where it can. */
export const STARTING_MILLISECONDS = 12_000;

/** The result of `work`, or {@link Hung} if it takes longer than that after it has called `begin`. */
export async function within<T>(milliseconds: number, work: (begin: () => void) => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => reject(new Hung()), milliseconds);
      };
      work(begin).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
  }
}

/** The first of several tries in which nothing hangs; the last is told that it is the last. */
export async function untilAnswered<T>(tries: number, attempt: (last: boolean) => Promise<T>): Promise<T> {
  for (let left = tries; ; left--) {
    try {
      return await attempt(left === 1);
    } catch (error) {
      if (!(error instanceof Hung) || left === 1) throw error;
    }
  }
}
