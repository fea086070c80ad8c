// @vitest-environment happy-dom
import { afterEach, expect, test } from 'vitest';
import { RunBar } from './run-bar';

async function mount(over: Partial<RunBar> = {}): Promise<{ bar: RunBar; told: string[] }> {
  const bar = Object.assign(new RunBar(), over);
  const told: string[] = [];
  for (const what of ['run', 'pause', 'resume', 'step', 'cancel']) bar.addEventListener(what, () => told.push(what));
  document.body.append(bar);
  await bar.updateComplete;
  return { bar, told };
}

const buttons = (bar: RunBar): HTMLButtonElement[] => [...bar.renderRoot.querySelectorAll('button')];

afterEach(() => document.body.replaceChildren());

test('the button that was Run is Pause, then Resume: it keeps the focus, and a second press pauses', async () => {
  const { bar, told } = await mount();
  const [main] = buttons(bar);
  main!.focus();
  for (const state of ['starting', 'running', 'paused', 'running', 'idle'] as const) {
    main!.click();
    bar.state = state;
    await bar.updateComplete;
    expect(buttons(bar)[0]).toBe(main);
    expect(bar.shadowRoot!.activeElement).toBe(main);
    expect(main!.disabled).toBe(false);
  }
  expect(told, 'nothing while it gets under way').toEqual(['run', 'pause', 'resume', 'pause']);
});

test('why nothing can be run is said beside Run, and describes it', async () => {
  const { bar, told } = await mount({ blocked: 'Steps: “abc” is not a number.', status: 'Ready.' });
  const [run] = buttons(bar);
  run!.click();
  expect(told).toEqual([]);
  expect(run!.getAttribute('aria-disabled')).toBe('true');
  expect(bar.renderRoot.querySelector(`#${run!.getAttribute('aria-describedby')}`)!.textContent).toContain('“abc”');
  bar.blocked = '';
  await bar.updateComplete;
  run!.click();
  expect(told).toEqual(['run']);
});

test('a reason that comes up while it runs is not in the way', async () => {
  const { bar, told } = await mount({ state: 'running', blocked: 'Steps: “abc” is not a number.', status: 'Step 3 of 10' });
  expect(bar.renderRoot.querySelector('.state')!.textContent).toBe('Step 3 of 10');
  for (const button of buttons(bar)) button.click();
  expect(told).toEqual(['pause', 'step', 'cancel']);
});

test('step and cancel can be pressed while there is something to step and cancel', async () => {
  const { bar, told } = await mount({ state: 'starting' });
  const [, step, cancel] = buttons(bar);
  step!.click();
  cancel!.click();
  expect(told).toEqual(['cancel']);
  bar.state = 'idle';
  await bar.updateComplete;
  cancel!.click();
  expect(told).toEqual(['cancel']);
});

test('a key that is held presses once', async () => {
  const { bar } = await mount();
  const repeated = new KeyboardEvent('keydown', { key: 'Enter', repeat: true, bubbles: true, cancelable: true });
  buttons(bar)[0]!.dispatchEvent(repeated);
  expect(repeated.defaultPrevented).toBe(true);
});

test('what cannot be paused has one button, to run and to stop', async () => {
  const { bar, told } = await mount({ pausable: false, state: 'running' });
  expect(buttons(bar).map(({ textContent }) => textContent!.trim())).toEqual(['Stop']);
  buttons(bar)[0]!.click();
  expect(told).toEqual(['cancel']);
});
