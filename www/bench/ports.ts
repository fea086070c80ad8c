/** What the benchmark knows of the world, handed in by its page. */

/** Where it measures. */
export interface Machine {
  cores: number;
  /** The browser and its version. */
  browser: string;
  /** Whether the page is cross-origin isolated, without which there are no threads. */
  isolated: boolean;
  /** Bytes of the peers on this site; 0: they are not part of it. */
  peerBytes: number;
}

/** The query of the page's address, with its `?`. */
export interface QueryPort {
  read(): string;
  write(query: string): void;
}

export function browserQuery({ location, history }: Window): QueryPort {
  return {
    read: () => location.search,
    write: (query) => {
      try {
        history.replaceState(history.state, '', query);
      } catch {
        // Browsers allow few changes in a short time; the next one brings this one along.
      }
    },
  };
}

/** Settles when what has changed is drawn: drawing takes time from what is measured next. */
export function drawnIn(window: Window): () => Promise<void> {
  return async () => {
    // A page in the background draws nothing.
    const given = new Promise<void>((resolve) => void setTimeout(resolve, 100));
    const frame = new Promise<void>((resolve) => void window.requestAnimationFrame(() => setTimeout(resolve)));
    await Promise.race([given, frame]);
  };
}
