/*
 * wall.test.mjs - the screen in the hall: what is most urgent and nothing personal, how old it is, a line that goes and comes, a newer page, days of it.
 */
import { assert, test, until } from './rig.mjs';

const WIDE = { viewport: { width: 1920, height: 1080 } };
const people = ['张三', '13959001234', '解放路', '路面水管爆裂', '水柱'];
const rows = (page) => page.locator('.wall-list tbody tr');
const count = async (page, name) => Number(await page.locator('.count', { has: page.locator('dt', { hasText: name }) }).locator('dd').textContent());

/* Signed in by a code that the office made, which is how a screen without a keyboard comes in. */
async function wallScreen(rig) {
  const office = await rig.signedIn('office1', {}, '#/me');
  await office.getByRole('button', { name: '发大屏的登录码' }).click();
  const code = (await office.locator('.secret.code').textContent()).trim();
  await rig.accessible(office, 'a code for the wall');
  await office.context().close();
  rig.contexts = rig.contexts.filter((one) => one !== office.context());
  const page = await rig.person(WIDE);
  await page.goto(`${rig.url}/#/in/${code}`);
  await page.locator('.sign button.main').click();
  await page.locator('.wall').waitFor();
  return page;
}

test('the twelve most urgent, counters, tiles; nobody is named', async (rig) => {
  await rig.report('W-SECRET', { confidential: true, priority: 'P1' });
  for (let i = 0; i < 13; i++) await rig.report(`W-${i}`, { priority: i ? 'P3' : 'P1', area: i % 2 ? '350881001' : '350881002' });
  const page = await wallScreen(rig);
  await until(async () => await rows(page).count() === 12, 'twelve rows');
  assert.equal(await rows(page).first().locator('.priority').getAttribute('data-p'), 'P1');
  assert.match(await page.locator('.wall-list h2').textContent(), /另有 1 件未列出/);
  assert.equal(await count(page, '未结'), 13);
  await until(async () => await page.locator('.wall-tile').count() === 16, 'the tiles');
  const text = await page.locator('body').textContent();
  for (const one of people) assert.ok(!text.includes(one), one);
  assert.equal(await page.locator('.wall button, .wall a, .wall input').count(), 0);
  const sizes = await page.evaluate(() => [...document.querySelectorAll('.wall *')].filter((el) => !el.closest('.unseen, svg') && [...el.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
    .map((el) => parseFloat(getComputedStyle(el).fontSize)));
  assert.ok(Math.min(...sizes) >= 28, `the smallest letters are ${Math.min(...sizes)} px`);
  const over = await page.evaluate(() => [document.documentElement.scrollHeight, document.documentElement.scrollWidth, document.querySelector('.wall-list').scrollHeight - document.querySelector('.wall-list').clientHeight]);
  assert.ok(over[0] <= 1080 && over[1] <= 1920 && over[2] <= 0, `it fits: ${over}`);
  await rig.accessible(page, 'the wall');
  await rig.call('dispatch.acknowledge', { dispatch: 'W-0-01', on_behalf: { person: '李四' } });
  await until(async () => await count(page, '途中') === 1, 'the step');
  await rig.advance('6m');
  await page.locator('.wall-tile.over').first().waitFor();
  await until(async () => await count(page, '已超时') > 0, 'the count of what is overdue');
  await rig.picture('wall', page);
});

test('a line that goes is said, and comes again; an ended session asks over it', async (rig) => {
  const page = await rig.signedIn('wall', WIDE);
  await page.locator('.wall-age', { hasText: '秒前' }).waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => null));
  await page.context().setOffline(true);
  await page.locator('.wall-age.off', { hasText: '已断线' }).waitFor();
  await rig.picture('wall-stale', page);
  await rig.accessible(page, 'the wall without a line');
  await page.context().setOffline(false);
  await rig.report('W-AGAIN', { priority: 'P1' });
  await until(async () => await page.locator('.wall-age.off').count() === 0, 'the line');
  await until(async () => (await count(page, '未结')) >= 1, 'what was reported meanwhile');
  await rig.call('session.end', { account: 'wall' });
  await page.locator('.veil-sign-over').waitFor();
});

test('the shift leader opens the screen from the board, and goes back', async (rig) => {
  const page = await rig.signedIn('lead1');
  await page.locator('#new-words').waitFor();
  await page.evaluate(() => { location.hash = '#/wall'; });
  await page.locator('.wall').waitFor();
  await page.evaluate(() => { location.hash = '#/board'; });
  await page.locator('#new-words').waitFor();
});

test('weeks of it add no listener and no element; a newer page is taken when nothing presses', async (rig) => {
  const page = await rig.signedIn('wall', { ...WIDE, serviceWorkers: 'block' }); // as page.route of one that it takes over is passed by
  await page.locator('.wall-age', { hasText: '秒前' }).waitFor();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  const measured = async () => {
    await cdp.send('HeapProfiler.collectGarbage');
    const { metrics } = await cdp.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map((one) => [one.name, one.value]));
  };
  const change = async (from, to) => {
    for (let i = from; i < to; i++) {
      await rig.report(`W-LONG-${i}`, { priority: 'P4' });
      await rig.call('incident.cancel', { number: `W-LONG-${i}` });
    }
    const seq = (await rig.call('session.ping')).seq;
    await until(() => page.evaluate((n) => window.wallSeq() >= n, seq), 'the wall to have heard of it');
  };
  for (const { number } of (await rig.call('board.get')).incidents) await rig.call('incident.cancel', { number });
  await page.evaluate(() => { window.wallSeq = () => Number(document.querySelector('.wall').dataset.seq); });
  await change(0, 20);
  const before = await measured();
  await change(20, 140);
  const after = await measured();
  assert.ok(after.Nodes <= before.Nodes + 60 && after.JSEventListeners <= before.JSEventListeners + 4, `elements ${before.Nodes} → ${after.Nodes}, listeners ${before.JSEventListeners} → ${after.JSEventListeners}`);
  assert.ok(after.JSHeapUsedSize - before.JSHeapUsedSize < 1000000, `heap ${before.JSHeapUsedSize} → ${after.JSHeapUsedSize}`);
  await page.route('**/v1/session', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), build: 'another build' } });
  }, { times: 1 });
  await page.evaluate(() => { // two minutes later
    window.before = true;
    const real = performance.now.bind(performance);
    performance.now = () => real() + 120000;
  });
  await until(() => page.evaluate(() => !window.before).catch(() => false), 'the newer page');
  await page.locator('.wall').waitFor();
});
