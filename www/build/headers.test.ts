import { describe, expect, test } from 'vitest';
import { headersFor, parseHeaders } from '../../pkg-config/node/headers.mjs';
import { headersFile, rulesOf } from './headers';

const PAGES = [{ html: 'index.html' }, { html: 'parallel/index.html' }, { html: 'embed/index.html', framed: true }];
const rules = parseHeaders(headersFile(rulesOf(PAGES, ['threads-relaxed-0123abcd'], ['tinyai-lab.js'])));
const headers = (path: string): Record<string, string> => Object.fromEntries(headersFor(rules, path));

const PATHS = ['/', '/index.html', '/parallel/', '/parallel/index.html', '/embed/', '/assets/a.js', '/engine/threads-relaxed-0123abcd/tinyai.js', '/engine/builds.json', '/models/a/b', '/tinyai-lab.js', '/bench/pages/ours.html'];

describe('rulesOf', () => {
  test('sets no header twice for a path: hosts differ in what they make of that', () => {
    for (const path of PATHS) {
      const names = headersFor(rules, path).map(([name]) => name);
      expect(names, path).toEqual([...new Set(names)]);
      expect(names.length, path).toBeGreaterThan(0);
    }
  });

  test('isolates the pages, not what stands in frames of others', () => {
    for (const path of ['/', '/parallel/']) {
      expect(headers(path)).toMatchObject({ 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp', 'Cache-Control': 'no-cache' });
    }
    expect(headers('/embed/')).toEqual({ 'Cache-Control': 'no-cache', 'Cross-Origin-Embedder-Policy': 'require-corp', 'Cross-Origin-Resource-Policy': 'cross-origin' });
    expect(headers('/examples/')).toEqual({});
  });

  test('lets any page load scripts, engine, models and texts', () => {
    for (const path of PATHS.filter((path) => /^\/(assets|engine|models|tinyai)/.test(path))) {
      expect(headers(path), path).toMatchObject({ 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' });
    }
  });

  test('keeps for good only what is named by its content', () => {
    const lasting = PATHS.filter((path) => headers(path)['Cache-Control']!.includes('immutable'));
    expect(lasting).toEqual(['/assets/a.js', '/engine/threads-relaxed-0123abcd/tinyai.js']);
    expect(PATHS.filter((path) => headers(path)['Cache-Control'] === 'no-cache')).toHaveLength(PATHS.length - lasting.length);
  });
});
