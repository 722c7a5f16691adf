/*
 * crawl.torture.mjs - every screen of every role: no violation that axe finds in light and in dark, nothing wider than its window from 320
 * pixels on, what is hostile does nothing, no page is missing.
 */
import { crawl, fits, harmless, hostileCity } from './crawl.mjs';
import { assert, test } from './rig.mjs';

const WIDTHS = [[1920, 1080], [1440, 900], [720, 450], [320, 640]];

test('every screen of every role, in every width, with hostile texts', async (rig) => {
  await hostileCity(rig);
  const wrong = [];
  const note = (promise) => promise.catch((error) => wrong.push(error.message));
  await crawl(rig, async (page, what) => {
    const small = what.startsWith('phone');
    assert.equal(await page.getByText('没有这一页').count(), 0, what);
    await note(rig.accessible(page, what));
    await note(harmless(page, what));
    await rig.picture(what, page);
    for (const [width, height] of small ? [[360, 740], [320, 640]] : WIDTHS) {
      await page.setViewportSize({ width, height });
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      await note(fits(page, `${what} at ${width}`));
      await rig.picture(`${what}-${width}`, page);
    }
    await page.setViewportSize(small ? { width: 360, height: 740 } : { width: 1440, height: 900 });
    await page.emulateMedia({ media: 'print' });
    await note(harmless(page, `${what} printed`));
    await page.emulateMedia({ media: 'screen' });
  });
  assert.deepEqual(wrong, []);
});
