/** Ranks in workers of an isolated page, over shared memory and over ports. */
import { MEASURED, expect, test } from './page';
import { selfCheck, siteOfRanks, stopped, type Wanted } from './ranks';

const openRanks = siteOfRanks({ isolated: true });

for (const transport of ['shared', 'ports'] as const) {
  for (const ranks of [1, 2, 3, 4]) {
    test(`every collective between ${ranks} ranks, ${transport}`, async ({ page }) => {
      await openRanks(page);
      await selfCheck(page, { ranks, transport });
    });
  }

  test(`a run is stopped while its ranks wait, ${transport}`, async ({ page }) => {
    await openRanks(page);
    expect(await stopped(page, { ranks: 2, transport })).toMatch(/The run was stopped while rank \d was in it/);
  });

  test(`an all-reduce of 1 MiB, ${transport}`, MEASURED, async ({ page }, info) => {
    await openRanks(page);
    const seconds = await page.evaluate(async (transport) => {
      const world = await window.openWorld({ ranks: 2, transport });
      const seconds = await world.allReduce(1 << 18, 'ring', 50);
      await world.close();
      return seconds;
    }, transport);
    // Bus bandwidth: 2 (n - 1) / n · bytes / seconds, which is bytes / seconds for two ranks.
    const gigabytes = 2 ** 20 / Math.max(...seconds) / 1e9;
    info.annotations.push({ type: 'bus bandwidth', description: `${gigabytes.toFixed(2)} GB/s` });
    console.log(`${transport}: ${gigabytes.toFixed(2)} GB/s`);
    // A machine that does other things is far slower than it could be: this finds only what is broken.
    expect(gigabytes).toBeGreaterThan(0.01);
  });
}

test('rings smaller than the messages', async ({ page }) => {
  await openRanks(page);
  const wanted = { ranks: 3, transport: 'shared', ringBytes: 1024 } as const;
  await selfCheck(page, wanted);
  // A rank that is done sees its messages out before its worker hears the page again.
  const rounds = await page.evaluate(async (wanted) => {
    const world = await window.openWorld(wanted);
    let rounds = 0;
    for (const algorithm of ['ring', 'tree', 'naive'] as const) {
      for (let again = 0; again < 5; again++, rounds++) await world.allReduce(10_007, algorithm, 3);
    }
    await world.close();
    return rounds;
  }, wanted);
  expect(rounds).toBe(15);
});

test('a rank that cannot join fails the world, with the reason', async ({ page }) => {
  await openRanks(page);
  const open = (wanted: Wanted) => page.evaluate((wanted) => window.openWorld(wanted).then(() => 'open', String), wanted);
  expect(await open({ ranks: 2, transport: 'shared', ringBytes: 8 })).toMatch(/bytes of shared memory are too few for 2 ranks; give at least/);
  expect(await open({ ranks: 0 })).toMatch(/ranks is 0/);
});
