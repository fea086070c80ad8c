import { expect, test, vi } from 'vitest';
import { WoundClock } from '../testing/clock';
import { BrowserAddress } from './browser-address';

/** As much of a window as an address needs; `refuse` makes its history throw. */
function fakeWindow(refuse = () => false) {
  const events = new EventTarget();
  const location = { hash: '', origin: 'https://a.example', pathname: '/labs/x/', search: '?q', protocol: 'https:' };
  const replaceState = vi.fn((_: unknown, __: string, url: string) => {
    if (refuse()) throw new DOMException('too often', 'SecurityError');
    location.hash = url.slice(url.indexOf('#') < 0 ? url.length : url.indexOf('#'));
  });
  const window = Object.assign(events, { location, history: { state: null, replaceState } });
  return { window: window as unknown as Window, location, replaceState, events };
}

test('what is written often is written once it rests, and read at once', () => {
  const clock = new WoundClock();
  const { window, location, replaceState } = fakeWindow();
  const address = new BrowserAddress(window, clock);
  for (let i = 0; i < 500; i++) {
    address.write(`#spec=${i}`);
    clock.wind(30);
  }
  expect(replaceState).not.toHaveBeenCalled();
  expect(address.read()).toBe('#spec=499');
  clock.wind(1000);
  expect(location.hash).toBe('#spec=499');
  expect(replaceState).toHaveBeenCalledTimes(1);
});

test('a browser that refuses harms nothing and is asked again', () => {
  const clock = new WoundClock();
  let refusing = true;
  const { window, location } = fakeWindow(() => refusing);
  const address = new BrowserAddress(window, clock);
  address.write('#spec=1');
  clock.wind(1000);
  expect(address.read()).toBe('#spec=1');
  refusing = false;
  clock.wind(5000);
  expect(location.hash).toBe('#spec=1');
});

test('leaving the page writes at once, and somebody else\'s hash wins', () => {
  const clock = new WoundClock();
  const { window, location, events } = fakeWindow();
  const address = new BrowserAddress(window, clock);
  const changed = vi.fn();
  const stop = address.follow(changed);
  address.write('#spec=1');
  events.dispatchEvent(new Event('pagehide'));
  expect(location.hash).toBe('#spec=1');
  address.write('#spec=2');
  location.hash = '#spec=other';
  events.dispatchEvent(new Event('hashchange'));
  expect(changed).toHaveBeenCalledTimes(1);
  clock.wind(1000);
  expect(address.read()).toBe('#spec=other');
  stop();
  events.dispatchEvent(new Event('hashchange'));
  expect(changed).toHaveBeenCalledTimes(1);
  expect(address.href('#x')).toBe('https://a.example/labs/x/?q#x');
});
