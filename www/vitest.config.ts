import { defineConfig } from 'vitest/config';

// What needs no browser: stores, forms, addresses, protocols. Each test stands beside what it tests.
export default defineConfig({
  test: { include: ['**/*.test.ts'], exclude: ['node_modules/**', 'dist/**'], restoreMocks: true },
});
