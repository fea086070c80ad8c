import type { ReactiveController } from 'lit';
import { Signal } from 'signal-polyfill';
import { expect, test, vi } from 'vitest';
import { DrawnBySignals } from './drawn-by-signals';

/** An element that is drawn when it is told to, and counts how often it is asked to be. */
function element(draws: () => void) {
  const host = { isConnected: true, requestUpdate: vi.fn(), addController: vi.fn<(controller: ReactiveController) => void>(), removeController: vi.fn(), updateComplete: Promise.resolve(true) };
  const drawn = new DrawnBySignals(host);
  return { host, drawn, draw: () => drawn.draw(draws) };
}

test('what was read is followed, and nothing else', () => {
  const [read, other, looks] = [new Signal.State(1), new Signal.State(1), new Signal.State(true)];
  const { host, draw } = element(() => void (looks.get() && read.get()));
  draw();
  other.set(2);
  expect(host.requestUpdate).not.toHaveBeenCalled();
  read.set(2);
  read.set(3);
  expect(host.requestUpdate).toHaveBeenCalled();
  looks.set(false);
  draw();
  host.requestUpdate.mockClear();
  read.set(4);
  expect(host.requestUpdate, 'no longer read').not.toHaveBeenCalled();
});

test('an element that is taken away is let go of, and follows again once it is put back', () => {
  const gone = vi.fn();
  const read = new Signal.State(1, { [Signal.subtle.unwatched]: gone });
  const { host, drawn, draw } = element(() => void read.get());
  draw();
  host.isConnected = false;
  drawn.hostDisconnected();
  expect(gone).toHaveBeenCalledTimes(1);
  // An update that was asked for before is still made.
  draw();
  read.set(2);
  expect(host.requestUpdate).not.toHaveBeenCalled();
  host.isConnected = true;
  drawn.hostConnected();
  expect(host.requestUpdate).toHaveBeenCalledTimes(1);
  draw();
  read.set(3);
  expect(host.requestUpdate).toHaveBeenCalledTimes(2);
});

test('an error while drawing is thrown, and what was read before it is followed', () => {
  const read = new Signal.State(1);
  const { host, draw } = element(() => {
    if (read.get() === 1) throw new Error('broken');
  });
  expect(draw).toThrow('broken');
  read.set(2);
  expect(host.requestUpdate).toHaveBeenCalled();
  expect(draw).not.toThrow();
});
