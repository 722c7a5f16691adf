/*
 * phone.test.mjs - the liaison's phone.
 */
import { assert, test, until } from './rig.mjs';

const stepsOf = async (rig, dispatch) => rig.call('dispatch.get', { dispatch });

/* A tap on the card's button, which takes none for 700 ms after its meaning has changed. */
async function tap(page, verb) {
  const button = page.locator(`.act-main[data-verb=${verb}]`);
  await button.waitFor();
  await page.waitForTimeout(750);
  await button.click();
}

async function tapAndTakeBack() {
  document.querySelector('.act-main[data-verb=arrive]').click();
  for (let i = 0; i < 100; i++) {
    await new Promise((done) => requestAnimationFrame(done));
    const button = document.querySelector('.undo button');
    if (button) { button.click(); return; }
  }
  throw new Error('nothing to take back: ' + document.querySelector('.thumb').textContent);
}

test('acknowledge, depart, arrive with its undo, report, complete', async (rig) => {
  await rig.report('PH-1', { description: '八一路水管爆裂', units: ['telecom'] });
  const page = await rig.phone(await rig.account('telecom1', 'liaison', 'telecom'));
  const card = page.locator('article.card');
  await card.getByText('八一路水管爆裂').waitFor();
  await rig.picture('phone-new', page);
  await rig.accessible(page, 'a new card');
  await tap(page, 'acknowledge');
  await until(async () => (await stepsOf(rig, 'PH-1-01')).acknowledged_at, 'the acknowledgement');
  await tap(page, 'depart');
  await until(async () => (await stepsOf(rig, 'PH-1-01')).departed_at, 'the departure');
  await page.waitForTimeout(750);
  await page.evaluate(tapAndTakeBack); // within the page: a slow machine must not miss the three seconds
  await page.locator('.act-main[data-verb=arrive]').waitFor();
  assert.equal((await stepsOf(rig, 'PH-1-01')).arrived_at, undefined);
  await tap(page, 'arrive');
  await until(async () => (await stepsOf(rig, 'PH-1-01')).arrived_at, 'the arrival, after its undo has passed');
  await page.getByRole('button', { name: '反馈' }).click();
  await page.getByRole('button', { name: '正在处置' }).click();
  await rig.accessible(page, 'the report form');
  await page.getByRole('button', { name: '发送' }).click();
  await until(async () => (await stepsOf(rig, 'PH-1-01')).reported_at, 'the report');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await tap(page, 'complete');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: '办完' }).click();
  await dialog.getByText('请写处置结果').waitFor();
  await dialog.getByLabel('处置结果').fill('已更换阀门');
  await dialog.getByRole('button', { name: '办完' }).click();
  const done = await until(async () => { const d = await stepsOf(rig, 'PH-1-01'); return d.completed_at && d; }, 'the completion');
  assert.equal(done.state, 'completed');
  await page.getByRole('button', { name: '下一件' }).waitFor();
  await rig.picture('phone-done', page);
});

test('a finding of its own, and the appeal against it', async (rig) => {
  const unit = await rig.account('post1', 'liaison', 'post');
  await rig.report('PH-LATE', { units: ['post'] });
  const page = await rig.phone(unit);
  await page.locator('article.card').first().waitFor();
  await page.goto(`${rig.url}/#/findings`);
  await page.getByText('没有考评事项').waitFor();
  await rig.advance('10m'); // nothing was acknowledged in the two minutes
  await rig.call('dispatch.acknowledge', { dispatch: 'PH-LATE-01', on_behalf: { person: '值班员' } });
  const mine = async () => (await rig.call('finding.list', { unit: 'post' })).findings.filter((one) => one.dispatch === 'PH-LATE-01');
  await until(async () => (await mine()).length, 'the finding');
  const card = page.locator('li.card', { hasText: 'PH-LATE-01' }).first();
  await card.getByRole('button', { name: '申请复核' }).click();
  const dialog = page.getByRole('dialog');
  await rig.accessible(page, 'the appeal');
  await dialog.getByRole('button', { name: '申请复核' }).click();
  await dialog.getByText('请写明理由').waitFor();
  await dialog.locator('textarea').fill('当时在另一起燃气泄漏现场');
  await page.reload(); // what was written is kept
  await card.getByRole('button', { name: '申请复核' }).click();
  assert.equal(await dialog.locator('textarea').inputValue(), '当时在另一起燃气泄漏现场');
  await rig.picture('phone-appeal', page);
  await dialog.getByRole('button', { name: '申请复核' }).click();
  await dialog.waitFor({ state: 'detached' });
  await until(async () => (await mine())[0].state === 'appealed', 'the appeal');
  await until(async () => await card.getByRole('button', { name: '申请复核' }).count() === 0, 'the button to be gone');
  assert.equal((await rig.call('request.list', { kind: 'appeal', state: 'pending', unit: 'post' })).requests.length, 1);
});
