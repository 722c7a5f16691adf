/*
 * told.test.mjs - who was told how and when: on the desk's page, on the office's duty screen, on the administrator's. The daemon's notices.yaml
 * has a webhook that takes everything and a robot that refuses all (tests/e2e/test_85_page.py); one unit's name is markup.
 */
import { assert, test, until } from './rig.mjs';

const HOSTILE = '<img src=x onerror=alert(1)>';
const UNITS = ['water', 'power', 'telecom', 'cable'];
const SIZES = [['1440', { width: 1440, height: 900 }], ['1920', { width: 1920, height: 1080 }], ['360', { width: 360, height: 740 }]];

async function pictures(rig, page, name) {
  await rig.accessible(page, name);
  for (const [size, viewport] of SIZES) {
    await page.setViewportSize(viewport);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `${name} ${size}: ${wide} px too wide`);
    await rig.picture(`${name}-${size}`, page);
  }
  await page.setViewportSize(SIZES[0][1]);
  await page.emulateMedia({ colorScheme: 'dark' });
  await rig.picture(`${name}-dark`, page);
  await page.emulateMedia({ colorScheme: 'light' });
}

/* All that the notifier has to say of an incident is said. */
async function told(rig, number, n) {
  return until(async () => {
    const { notices } = await rig.call('notice.list', { number });
    return notices.length >= n && notices.every((one) => one.ends_at) && notices;
  }, 'the notices to end');
}

test('the desk sees of each unit who was told how and when, and whom to phone', async (rig) => {
  await rig.report('TOLD-1', { units: UNITS, priority: 'P3' });
  await told(rig, 'TOLD-1', 4);
  const page = await rig.signedIn('desk1', {}, '#/i/TOLD-1');
  const unit = (name) => page.locator('.detail .unit', { hasText: name }).locator('.told');
  await unit('水发自来水').getByText('已发到').waitFor();
  assert.match(await unit('水发自来水').textContent(), /指令 值班:已发到 · 接口 .*发到/);
  assert.match(await unit('供电').textContent(), /没有发到 · 企业微信群 .*失败 errcode 93000/);
  assert.match(await unit('电信').textContent(), /已发到 · 企业微信群 .*失败.* · 接口 .*发到/);
  assert.equal(await unit('广电网络').locator('b.late').count(), 1);
  const calls = page.locator('.detail .unit', { hasText: '供电' }).locator('.call');
  assert.deepEqual((await calls.allTextContents()).map((text) => /[\d-]{8,}/.exec(text)[0]), ['0597-0000181', '13905970181'], 'a mobile is a number to call, too');
  await page.locator('.detail .unit').last().getByRole('button', { name: '代记一步' }).click();
  const dialog = page.getByRole('dialog');
  assert.equal(await dialog.locator('input[inputmode=tel]').inputValue(), '13905970205', 'whom the desk has called');
  await dialog.getByLabel('单位哪一位').fill('李师傅');
  await dialog.getByRole('button', { name: '代记一步' }).click();
  await until(async () => (await rig.call('dispatch.get', { dispatch: 'TOLD-1-04' })).acknowledged_at, 'the acknowledgement');
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await page.locator('.detail img:not([src*="photo"])').count(), 0);
  await pictures(rig, page, 'told-desk');
  await page.goto(`${rig.url}/#/board`);
  await page.goto(`${rig.url}/#/d/TOLD-1-02`); // a link in a notice
  await page.waitForURL('**/#/i/TOLD-1');
  await rig.call('dispatch.acknowledge', { dispatch: 'TOLD-1-01', on_behalf: { person: '李四' } });
  await unit('水发自来水').getByText('已办理').waitFor();
});

test('the office sees whose phones do not answer', async (rig) => {
  await rig.report('TOLD-2', { units: ['power', 'cable'], priority: 'P3' });
  await rig.report('TOLD-3', { units: ['power', 'water', 'fire'], priority: 'P3', drill: true });
  await rig.report('TOLD-6', { units: ['housing'], priority: 'P3' });
  await told(rig, 'TOLD-2', 2);
  await told(rig, 'TOLD-3', 2);
  const page = await rig.signedIn('office1', {}, '#/duty');
  const rows = page.locator('.silent li');
  await rows.first().waitFor();
  await rows.filter({ hasText: '住建局' }).getByText('没有通道,1 条指令还没有取走').waitFor();
  assert.deepEqual(await rows.locator('b').allTextContents().then((all) => all.sort()), [HOSTILE, '供电公司', '住建局'].sort(), 'no drill, nobody who was told');
  assert.match(await rows.first().textContent(), /2 次/);
  const replies = page.locator('.replies li');
  await rig.host('stranger_replies');
  await replies.first().waitFor(); // no event tells of it
  assert.match(await replies.first().textContent(), /^138\*\*\*\*0000 <\*\*\* 看不懂,签收要写 1 加编号/, 'masked for the office');
  await pictures(rig, page, 'told-office');
  await page.goto(`${rig.url}/#/d/TOLD-2-01`);
  await page.locator('.paper-side').getByText('TOLD-2-01').first().waitFor();
});

test('the administrator sends again what is dead, and tries a channel', async (rig) => {
  await rig.report('TOLD-4', { units: ['power', 'cable'], priority: 'P3' });
  await told(rig, 'TOLD-4', 2);
  const page = await rig.signedIn('admin1', {}, '#/notices');
  const row = page.locator('.rows > li', { hasText: 'TOLD-4-01' });
  await row.getByText('没有发到').waitFor();
  await page.locator('.rows > li', { hasText: HOSTILE }).first().waitFor();
  await pictures(rig, page, 'told-admin');
  const before = (await rig.call('event.list', { number: 'TOLD-4' })).events.length;
  await row.getByRole('button', { name: '再发' }).click();
  await page.getByText('再发 1 条').waitFor();
  await until(async () => (await rig.call('event.list', { number: 'TOLD-4' })).events.slice(before).some((one) => one.type === 'notice.retried'), 'the event');
  await page.goto(`${rig.url}/#/notices/queued`);
  await page.getByText('没有这样的通知').waitFor();
  await rig.host('webhook_fails');
  await rig.report('TOLD-5', { units: ['water'], priority: 'P3' });
  const waits = page.locator('.rows > li', { hasText: 'TOLD-5-01' }); // no event tells of what begins to wait
  await waits.getByText('等重试,到 15:00').waitFor();
  await until(async () => (await rig.call('notice.list', { number: 'TOLD-5' })).notices.some((one) => one.attempts.some((a) => a.tries)), 'it is tried');
  const read = page.waitForRequest((one) => one.url().includes('/v1/notices?state=queued'), { timeout: 10000 });
  await page.evaluate(() => { location.hash = '#/notices/accepted'; location.hash = '#/notices/queued'; }); // left and opened again within one frame
  await read;
  await pictures(rig, page, 'told-waits');
  await waits.getByRole('button', { name: '现在就发' }).click();
  await page.getByText('再发 1 条').first().waitFor();
  await waits.getByRole('button', { name: '不再发…' }).click();
  const drop = page.getByRole('dialog', { name: /TOLD-5-01/ });
  await drop.getByRole('button', { name: '不再发' }).click();
  assert.equal((await rig.call('notice.list', { number: 'TOLD-5' })).notices[0].state, 'queued', 'not without a reason');
  await drop.getByLabel('为什么').fill('已经打电话');
  await rig.accessible(page, 'told-drop');
  await drop.getByRole('button', { name: '不再发' }).click();
  const lost = await until(async () => (await rig.call('incident.get', { number: 'TOLD-5', unmask: true })).events.find((one) => one.type === 'notice.failed'), 'the desk hears of it');
  assert.deepEqual([lost.by, lost.text, lost.data.ended], ['admin1', '已经打电话', 'cancelled']);
  await rig.host('webhook_works');
  await page.goto(`${rig.url}/#/notices/open`);
  const without = page.locator('.rows > li', { hasText: 'TOLD-3-03' });
  await without.getByText('没有通道').waitFor();
  assert.equal(await without.getByText('演练').count(), 1);
  assert.equal(await without.getByRole('button').count(), 0, 'there is nothing to be sent');
  await waits.getByRole('button', { name: '再发' }).waitFor(); // what was dropped may go again
  await page.getByRole('button', { name: '试发…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('通道').fill('webhook');
  await dialog.getByLabel('发给谁').fill('water');
  await dialog.getByRole('button', { name: '发送' }).click();
  await dialog.getByText('对方收下了').waitFor();
  assert.match(await dialog.locator('pre').first().textContent(), /webhook-signature: \*\*\*\*/);
  await pictures(rig, page, 'told-trial');
  await dialog.getByLabel('通道').fill('wecom-bot');
  await dialog.getByRole('button', { name: '发送' }).click();
  await dialog.getByText('通道不通').waitFor();
  await dialog.getByText('93000').first().waitFor();
  await dialog.getByLabel('发给谁').fill('<b>nobody</b>');
  await dialog.getByRole('button', { name: '发送' }).click();
  await page.locator('.notice.wrong').waitFor();
});
