/** The test tools, for the tests outside this folder: packages are looked up from here. */
import type { InlineConfig } from 'vite';
export { default as AxeBuilder } from '@axe-core/playwright';
export { chromium, expect, test, type Locator, type Page, type Route } from '@playwright/test';
export { WebSocket } from 'ws';

/** Builds with Vite, which is there as an ES module only. */
export const build = async (config: InlineConfig) => (await import('vite')).build(config);
