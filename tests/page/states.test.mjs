/*
 * states.test.mjs - what a page does when its request is refused, is not answered, or meets another officer's act; another build, another store.
 * Nothing that was typed is lost in any of it.
 */
import { assert, test, until } from './rig.mjs';

const shown = (page) => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));

/* Where a test answers in the daemon's place: what a page asks while a service worker takes it over passes by page.route. */
const routed = { serviceWorkers: 'block' };

/* The answer of the session, as the daemon gives it but for what `change` makes of it. */
async function otherSession(page, change) {
  await page.route('**/v1/session', async (route) => {
    if (route.request().method() !== 'GET') { await route.continue(); return; }
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: change(await answer.json()) });
  });
}

test('409 on the desk: who was faster is said, the words stay', async (rig) => {
  await rig.report('ST-1', { address: '菁城街道抢先路1号' });
  const page = await rig.signedIn('desk1', {}, '#/i/ST-1');
  await page.locator('.detail .unit').first().waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('单位').selectOption('power');
  await dialog.getByLabel('理由').fill('线路也断了');
  const other = await rig.signedIn('desk2', {}, '#/i/ST-1');
  await other.getByRole('button', { name: '作废' }).click();
  await other.getByRole('dialog').getByRole('button', { name: '作废' }).click();
  await page.locator('.detail-head').getByText('已作废').waitFor(); // read anew, under the form
  await dialog.getByRole('button', { name: '增派' }).click();
  await dialog.getByText(/已由 desk2 于 15:\d\d/).waitFor();
  assert.equal(await dialog.getByLabel('理由').inputValue(), '线路也断了');
  await rig.accessible(page, 'refused');
});

test('422 is said at its field; two officers amend, and each sees both texts', async (rig) => {
  await rig.report('ST-2', { address: '菁城街道两改路1号', description: '水管爆裂' });
  const page = await rig.signedIn('desk1', {}, '#/i/ST-2');
  await page.locator('.detail .unit').first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '作废' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('说明').fill('与先前一件重复');
  await dialog.getByLabel('与哪件警情是同一事项').fill('!!');
  await dialog.getByRole('button', { name: '作废' }).click();
  await dialog.locator('.field.wrong', { hasText: '与哪件警情' }).locator('.error').waitFor();
  assert.equal(await dialog.getByLabel('说明').inputValue(), '与先前一件重复');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '更正' }).click();
  await dialog.getByLabel('地址').fill('菁城街道两改路11号');
  await rig.call('incident.amend', { number: 'ST-2', address: '菁城街道两改路21号', description: '水管爆裂,路面塌了' });
  await dialog.getByText('别人已改为:菁城街道两改路21号').waitFor();
  assert.equal(await dialog.getByLabel('地址').inputValue(), '菁城街道两改路11号');
  await dialog.getByRole('button', { name: '更正' }).click();
  await dialog.waitFor({ state: 'detached' });
  const now = await rig.call('incident.get', { number: 'ST-2', unmask: true });
  assert.deepEqual([now.address, now.description], ['菁城街道两改路11号', '水管爆裂,路面塌了']);
  await page.locator('.timeline li', { hasText: '地址原为: 菁城街道两改路21号' }).waitFor();
  await page.locator('.timeline li', { hasText: '描述原为: 水管爆裂 地址原为: 菁城街道两改路1号' }).waitFor();
  await rig.call('incident.annotate', { number: 'ST-2', text: '现场有人触电倒地没有呼吸' });
  await page.locator('.timeline li', { hasText: /后来说到危险 · .*120/ }).waitFor();
});

test('503 and an answer that is lost: sent again with the same key, done once', async (rig) => {
  const page = await rig.signedIn('desk1', routed);
  const keys = [];
  await page.route('**/v1/incidents', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length === 1) await route.fulfill({ status: 503, json: { title: '暂不可用' } });
    else if (keys.length === 2) { await route.fetch(); await route.abort(); } // it was done, and the answer is lost
    else await route.continue();
  });
  await page.locator('#new-words').fill('中山路路灯杆倒了');
  await page.keyboard.press('Control+Enter');
  await page.getByText('未连上').waitFor();
  await page.locator('.notice').getByText('已派单').waitFor();
  assert.ok(keys.length >= 3 && new Set(keys).size === 1, keys.join(' '));
  const made = (await rig.call('incident.list', { limit: 50, unmask: true })).incidents.filter((one) => one.description === '中山路路灯杆倒了');
  assert.equal(made.length, 1);
});

test('503 while a face begins, and while a list is read: both are waited for', async (rig) => {
  for (const [who, hash, list, words] of [['office1', '#/returns2', '**/v1/requests?*', '没有'], ['admin1', '#/accounts', '**/v1/accounts', 'admin1']]) {
    const page = await rig.person(routed);
    const refused = { '**/v1/units*': 0, [list]: 0 };
    for (const path of Object.keys(refused)) {
      await page.route(path, (route) => (refused[path]++ ? route.continue() : route.fulfill({ status: 503, headers: { 'Retry-After': '1' }, json: { code: 'unavailable', title: '系统正在启动' } })));
    }
    await rig.signIn(page, who, hash);
    await page.getByText('实时').waitFor();
    await page.locator('.office-main').getByText(words).first().waitFor();
    assert.ok(Object.values(refused).every((n) => n >= 2), JSON.stringify(refused));
    assert.equal(await page.getByText('网页出错了').count(), 0);
  }
});

test('on the phone: what is refused is said and kept, and 401 keeps what was typed', async (rig) => {
  await rig.report('ST-3', { units: ['post'] });
  await rig.report('ST-4', { units: ['post'] });
  const page = await rig.phone(await rig.account('post1', 'liaison', 'post'), {});
  await page.goto(`${rig.url}/#/d/ST-3-01`);
  const button = page.locator('.act-main[data-verb=acknowledge]');
  await button.waitFor();
  await page.context().setOffline(true);
  await page.waitForTimeout(750);
  await button.click();
  await page.locator('.strip', { hasText: '已记下' }).waitFor();
  await rig.call('dispatch.withdraw', { dispatch: 'ST-3-01', reason: '误派', void: true });
  await page.context().setOffline(false);
  await page.locator('.refused').getByText('签收').waitFor();
  await rig.accessible(page, 'a step that was refused');
  await page.locator('.refused').getByRole('button', { name: '不送了' }).click();
  await page.locator('.refused').waitFor({ state: 'detached' });
  await page.goto(`${rig.url}/#/d/ST-4-01`);
  await page.locator('.act-main[data-verb=acknowledge]').waitFor();
  await page.getByRole('button', { name: '反馈' }).click();
  await page.getByLabel('现场情况').fill('正在关阀门');
  await rig.call('session.end', { account: 'post1' });
  await shown(page);
  await page.locator('.veil-sign-over').getByText('登录已失效').waitFor();
  await rig.accessible(page, 'signing in over the phone');
  await page.locator('.sign input').fill(rig.tokens.post1);
  await page.keyboard.press('Enter');
  await page.locator('.veil-sign-over').waitFor({ state: 'detached' });
  assert.equal(await page.getByLabel('现场情况').inputValue(), '正在关阀门');
});

test('another build is said and waits for the button; another store is read anew', async (rig) => {
  await rig.report('ST-5', { address: '菁城街道换版路1号' });
  const desk = await rig.signedIn('desk1', routed);
  const phone = await rig.phone(await rig.account('st-water', 'liaison', 'water'), routed);
  await desk.locator('#row-ST-5').waitFor();
  for (const page of [desk, phone]) {
    await page.locator('.live.on').waitFor(); // it listens
    await page.evaluate(() => { window.same = true; });
    await otherSession(page, (me) => ({ ...me, build: 'f00d' }));
    await shown(page);
    await page.locator('.strip').getByText('系统已更新').waitFor();
    await rig.accessible(page, 'a new build');
    assert.equal(await page.evaluate(() => window.same), true, 'not by itself');
    await page.unroute('**/v1/session');
    await page.locator('.strip').getByRole('button', { name: '刷新' }).click();
    await until(() => page.evaluate(() => !window.same && document.querySelector('.live.on') !== null).catch(() => false), 'the reload');
  }
  await desk.locator('#new-words').fill('正在写的');
  let asked = 0;
  desk.on('request', (request) => { if (/\/v1\/board/.test(request.url())) asked++; });
  phone.on('request', (request) => { if (/\/v1\/dispatches\?open/.test(request.url())) asked++; });
  for (const page of [desk, phone]) {
    const before = asked;
    let once = true;
    await otherSession(page, (me) => { const store = once ? 'other' : me.store; once = false; return { ...me, store }; });
    await shown(page);
    await page.getByText('数据已从备份恢复').waitFor();
    await until(() => asked > before, 'all to be read anew');
    await until(() => page.locator('.live.on').count(), 'the line');
  }
  await desk.locator('#row-ST-5').waitFor();
  assert.equal(await desk.locator('#new-words').inputValue(), '正在写的');
});

test('an `after` that the store does not know: all is read anew', async (rig) => {
  await rig.report('ST-6', { address: '菁城街道倒回路1号' });
  const page = await rig.signedIn('desk1', routed);
  await page.locator('#row-ST-6').waitFor();
  await page.context().setOffline(true);
  await page.locator('.live.off').waitFor();
  await page.route(/\/v1\/(stream|events)\?/, (route) => route.continue({ url: route.request().url().replace(/after=\d+/, 'after=99999999') }), { times: 8 });
  await page.context().setOffline(false);
  await page.getByText('数据已从备份恢复').waitFor();
  await page.unrouteAll();
  await rig.report('ST-7', { address: '菁城街道倒回路2号' });
  await page.locator('#row-ST-7').waitFor();
});

test('Friday, two minutes before the office shuts: what counts in office hours says when', async (rig) => {
  await rig.call('clock.set', { instant: '2026-07-10T17:58:00+08:00' });
  await rig.sameClocks();
  await rig.report('ST-8', { priority: 'P4', category: '601301', units: ['propaganda'], address: '菁城街道周五路1号' });
  const page = await rig.signedIn('desk1', {}, '#/i/ST-8');
  const due = page.locator('#row-ST-8 .due').first();
  await due.getByText('周一 08:28').waitFor(); // falls due after the office has shut
  await page.locator('.detail .due').getByText('周一 08:00').waitFor();
  const phone = await rig.phone(await rig.account('friday', 'liaison', 'propaganda'), {});
  await phone.goto(`${rig.url}/#/d/ST-8-01`);
  await phone.locator('.band .due[data-kind=plain]').getByText('签收余').waitFor();
  await rig.advance('3m'); // the office has shut: what is left stands still, and the instant is said
  for (const one of [due, phone.locator('.band .due')]) {
    await one.getByText('签收限').waitFor();
    await one.getByText('周一 08:28').waitFor();
  }
  await rig.picture('friday-phone', phone);
});
