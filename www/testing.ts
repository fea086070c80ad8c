/** The test tools, for the tests outside this folder: packages are looked up from here. */
export { default as AxeBuilder } from '@axe-core/playwright';
export { chromium, expect, test, type Page } from '@playwright/test';
export { WebSocket } from 'ws';
