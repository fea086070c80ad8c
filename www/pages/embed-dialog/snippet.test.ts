import { expect, test } from 'vitest';
import { defaultSpec } from '../../engine/spec/defaults';
import { fromHash } from '../../shell/address/link';
import type { Spec } from '../../types/generated/Spec';
import { frameAddress, snippetOf, type Embedding } from './snippet';

const site = new URL('https://example.org/tinyai/');
const spec: Spec = { ...defaultSpec, runs: [{ name: `"it's" <b> & 春`, patch: {} }] };
const plain: Embedding = { way: 'frame', lab: 'fine-tuning', spec, language: null, show: null, lock: [], height: 500, follow: false };

test('a frame names the lab and holds the whole experiment', () => {
  const address = new URL(frameAddress(site, plain));
  expect(address.origin + address.pathname + address.search).toBe('https://example.org/tinyai/embed/?lab=fine-tuning');
  expect(fromHash(address.hash)).toEqual({ json: { version: spec.version, runs: spec.runs } });
  expect(snippetOf(site, 'A "lab"', plain)).toContain('title="A &quot;lab&quot;"');
});

test('what is chosen stands in the address, and only that', () => {
  const { search } = new URL(frameAddress(site, { ...plain, language: 'zh', show: ['loss', 'table'], lock: ['*'] }));
  expect(search).toBe('?lab=fine-tuning&lang=zh&show=loss,table&lock=*');
});

test('a frame that follows its content listens to its own frame', () => {
  const snippet = snippetOf(site, '', { ...plain, follow: true });
  expect(snippet).toContain('height: 500px');
  expect(snippet).toContain("data.type !== 'resize'");
  expect(snippetOf(site, '', plain)).not.toContain('<script');
});

test('an element has its experiment as JSON that no page ends early', () => {
  const snippet = snippetOf(site, '', { ...plain, way: 'element', show: ['loss'] });
  expect(snippet).toContain('src="https://example.org/tinyai/tinyai-lab.js"');
  const [, json] = /spec='([^']*)'/.exec(snippet)!;
  expect(json).not.toContain('<');
  expect(JSON.parse(json!.replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&'))).toEqual({ version: spec.version, runs: spec.runs });
});
