import { defineConfig } from 'vitest/config';

// What needs no browser: stores, forms, addresses, protocols. Each test stands beside what it tests.  Some count to 300,000: slow machines have a minute.
export default defineConfig({
  test: { include: ['**/*.test.ts'], exclude: ['node_modules/**', 'dist/**'], restoreMocks: true, testTimeout: 60_000 },
});
