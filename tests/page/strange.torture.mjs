/*
 * strange.torture.mjs - more of what goes wrong, in make torture: a clock that is wrong, a double tap, two tabs, a session that ends, narrow windows,
 * a slow network, eight hours.
 */
import { assert, test, until } from './rig.mjs';

async function acted(rig, dispatch, step) {
  return until(async () => (await rig.call('dispatch.get', { dispatch }))[`${step}_at`], step);
}

test('a clock an hour off says so, and what is tapped has the server’s time', async (rig) => {
  await rig.report('SKEW-1', { units: ['mobile'] });
  const page = await rig.phone(await rig.account('mobile1', 'liaison', 'mobile'), { skew: 3600000 });
  await page.getByText('本机时钟快').waitFor();
  const behind = await rig.phone('mobile1', { skew: -3600000 });
  await behind.getByText('本机时钟慢').waitFor();
  await behind.waitForTimeout(750);
  await behind.locator('[data-verb=acknowledge]').click();
  const at = Date.parse(await acted(rig, 'SKEW-1-01', 'acknowledged'));
  assert.ok(Math.abs(at - (await rig.now())) < 5000, new Date(at).toISOString());
});

test('a double tap is one act, and does not reach the next button', async (rig) => {
  await rig.report('TAP-1', { units: ['unicom'] });
  const page = await rig.phone(await rig.account('unicom1', 'liaison', 'unicom'));
  await page.locator('[data-verb=acknowledge]').waitFor();
  await page.waitForTimeout(750);
  await page.evaluate(async () => {
    document.querySelector('[data-verb=acknowledge]').click();
    for (let i = 0; i < 3; i++) {
      await new Promise((done) => requestAnimationFrame(done));
      document.querySelector('.act-main').click();
    }
  });
  await acted(rig, 'TAP-1-01', 'acknowledged');
  await page.locator('.act-main[data-verb=depart]').waitFor();
  assert.equal((await rig.call('dispatch.get', { dispatch: 'TAP-1-01' })).departed_at, undefined);
});

test('two tabs share one line, and the second goes on when the first is closed', async (rig) => {
  const one = await rig.signedIn('desk1');
  await one.locator('.live.on').waitFor();
  const two = await one.context().newPage();
  const streams = [];
  two.on('request', (request) => { if (request.url().includes('/v1/stream')) streams.push(request.url()); });
  await two.goto(rig.url);
  await two.locator('.live.on').waitFor();
  await rig.report('TABS-1', { address: '菁城街道双标签路1号' });
  await two.locator('#row-TABS-1').waitFor();
  assert.deepEqual(streams, [], 'the second has no stream of its own');
  await one.close();
  await until(() => streams.length > 0, 'a stream of the second');
  await rig.report('TABS-2', { address: '菁城街道双标签路2号' });
  await two.locator('#row-TABS-2').waitFor();
});

test('a session that ends elsewhere: the page asks again and keeps what was typed', async (rig) => {
  const page = await rig.signedIn(await rig.account('desk-out', 'desk'));
  await page.locator('#new-words').fill('水管爆裂,正在说');
  await rig.call('session.end', { account: 'desk-out' });
  await page.getByRole('dialog').getByText('登录已失效').waitFor({ timeout: 40000 });
  await rig.accessible(page, 'signing in over the page');
  await page.getByLabel('登录码或令牌').fill(rig.tokens['desk-out']);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await page.locator('#new-words').inputValue(), '水管爆裂,正在说');
});

test('at 200 percent, at 320 pixels and in forced colours everything can be reached', async (rig) => {
  await rig.report('NARROW-1', { address: '菁城街道窄路1号' });
  for (const [options, what] of [[{ viewport: { width: 720, height: 450 } }, 'zoom200'], [{ viewport: { width: 320, height: 640 } }, 'px320'], [{ forcedColors: 'active' }, 'forced']]) {
    const page = await rig.signedIn('desk1', options);
    await page.locator('#row-NARROW-1').waitFor();
    await rig.picture(`desk-${what}`, page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${what}: ${wide} px wider than the window`);
    await page.locator('#row-NARROW-1').click();
    await page.locator('.detail').getByText('窄路1号').first().waitFor();
    await page.context().close();
  }
});

test('a slow phone network: the first picture, and an act', async (rig) => {
  await rig.report('SLOW-1', { units: ['railway'] });
  const page = await rig.person({ viewport: { width: 360, height: 740 } });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 400, downloadThroughput: 150000, uploadThroughput: 50000 });
  await rig.signIn(page, await rig.account('railway1', 'liaison', 'railway'));
  await page.locator('[data-verb=acknowledge]').waitFor({ timeout: 30000 });
  await page.waitForTimeout(750);
  await page.locator('[data-verb=acknowledge]').click();
  await page.locator('.act-main[data-verb=depart]').waitFor(); // at once: the network is not waited for
  await acted(rig, 'SLOW-1-01', 'acknowledged');
});

test('eight hours of an event a second leave the heap as it was', async (rig) => {
  for (let i = 0; i < 40; i++) await rig.report(`HOURS-${i}`, { address: `菁城街道长路${i}号` });
  const page = await rig.signedIn('desk1');
  await page.locator('#row-HOURS-0').waitFor();
  const cdp = await page.context().newCDPSession(page);
  const heap = async () => {
    await cdp.send('HeapProfiler.collectGarbage');
    return (await cdp.send('Runtime.getHeapUsage')).usedSize;
  };
  const notes = async (n) => { for (let i = 0; i < n; i += 40) await Promise.all(Array.from({ length: 40 }, (_, k) => rig.call('incident.urge', { number: `HOURS-${k}` }))); };
  await notes(400);
  const before = await heap();
  await notes(28800); // one a second, eight hours
  await page.waitForTimeout(1000);
  const grown = (await heap()) - before;
  assert.ok(grown < 5e6, `${Math.round(grown / 1e3)} kB more`);
});

test('the foot of the board names the revision in force, also when it changes', async (rig) => {
  const page = await rig.signedIn('desk1');
  const { revision, files } = await rig.call('routing.get', { file: 'areas.yaml' });
  await page.locator('.keybar').getByText(revision).waitFor();
  const put = await rig.call('routing.put', { revision, why: '加一行说明', files: { 'areas.yaml': `${files[0].text}\n# 说明\n` } });
  assert.notEqual(put.revision, revision);
  await page.locator('.keybar').getByText(put.revision).waitFor({ timeout: 30000 }); // with the next pulse
});
