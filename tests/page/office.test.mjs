/*
 * office.test.mjs - the joint action office: findings with their evidence, a decision, a measure with its paper, a report, trends, duty.
 */
import { assert, test, until } from './rig.mjs';

/* A lead that nobody answers: late acknowledgement, late arrival, two findings. */
async function late(rig, number) {
  await rig.report(number, { units: ['water'] });
  await rig.advance('1h');
  return until(async () => { const page = await rig.call('finding.list', { unit: 'water', limit: 500 }); const mine = page.findings.filter((one) => one.dispatch === `${number}-01`); return mine.length > 1 && mine; }, 'the findings');
}

async function appeal(rig, finding) {
  const answer = await fetch(`${rig.url}/v1/findings/${finding}/appeal`, { method: 'POST', headers: { Authorization: `Bearer ${rig.tokens.water1}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ text: '当时塌方,路不通' }) });
  assert.equal(answer.status, 200, await answer.text());
}

const stateOf = async (rig, finding) => (await rig.call('finding.list', { unit: 'water', limit: 500 })).findings.find((one) => one.finding === finding).state;

test('a finding, its evidence, and the decision of its appeal', async (rig) => {
  const [one] = await late(rig, 'OF-1');
  await appeal(rig, one.finding);
  const page = await rig.signedIn('office1');
  await page.locator(`a[href$="findings/${one.finding}"]`).click();
  const evidence = page.locator('.evidence');
  await evidence.locator('.sentence').waitFor();
  await evidence.locator('.timeline').getByText('下达', { exact: true }).first().waitFor();
  await rig.picture('office-finding', page);
  await rig.accessible(page, 'findings');
  await evidence.getByRole('button', { name: '维持' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: '维持' }).click();
  await dialog.getByText('请填写').waitFor();
  await dialog.getByLabel('理由').fill('塌方在该路段以外');
  await rig.accessible(page, 'the decision');
  await dialog.getByRole('button', { name: '维持' }).click();
  await until(async () => await stateOf(rig, one.finding) === 'upheld', 'the decision');
  await evidence.getByText('已维持').waitFor();
  await evidence.getByRole('link', { name: '打印时限凭证' }).click();
  await page.locator('.paper .sentences li').first().waitFor();
  await page.emulateMedia({ media: 'print' });
  await rig.picture('office-proof-print', page);
  assert.equal(await page.locator('.bar').isVisible(), false);
  await page.emulateMedia({ media: 'screen' });
});

test('a request is decided, a measure is recorded, printed and settled', async (rig) => {
  const [one] = await late(rig, 'OF-2');
  await appeal(rig, one.finding);
  const page = await rig.signedIn('office1', {}, '#/returns2');
  const row = page.locator('.rows > li', { hasText: one.finding });
  await row.getByRole('button', { name: '同意', exact: true }).waitFor();
  await rig.accessible(page, 'requests');
  await rig.picture('office-requests', page);
  await row.getByRole('button', { name: '同意', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: '同意' }).click();
  await until(async () => await stateOf(rig, one.finding) === 'void', 'the finding to be void');
  await page.locator('.tabs a[href="#/measures"]').click();
  await page.getByRole('button', { name: '记录措施' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('单位').selectOption('water');
  await dialog.getByLabel('种类').selectOption('order');
  await dialog.getByLabel('文号').fill('漳联督〔2026〕7号');
  await dialog.getByLabel('整改期限').fill('2026-07-20T18:00');
  await dialog.getByLabel('内容').fill('请加强夜间值守。');
  await dialog.getByLabel('所依据的事项').selectOption({ index: 0 });
  await rig.accessible(page, 'the form of a measure');
  await dialog.getByRole('button', { name: '记录措施' }).click();
  const measure = page.locator('.rows > li', { hasText: '漳联督〔2026〕7号' });
  await measure.getByText('整改中').waitFor();
  await rig.accessible(page, 'measures');
  await measure.getByRole('link', { name: '打印督办单' }).click();
  await page.locator('.paper').getByText('请加强夜间值守。').waitFor();
  await rig.picture('office-order', page);
  await page.goBack();
  await measure.getByRole('button', { name: '销号' }).click();
  await page.getByRole('dialog').getByLabel('整改情况').fill('已增加一名夜班人员');
  await page.getByRole('dialog').getByRole('button', { name: '销号' }).click();
  await measure.getByText('已销号').waitFor();
});

test('a report, what its numbers open, trends, and the month of duty', async (rig) => {
  await late(rig, 'OF-3');
  const page = await rig.signedIn('office1', {}, '#/report/2026Q3');
  const row = page.locator('.figures tbody tr', { hasText: '自来水公司' }).first();
  await row.waitFor();
  await rig.picture('office-report', page);
  await rig.accessible(page, 'the report');
  const n = parseInt(await row.locator('td a').textContent(), 10);
  await row.locator('td a').click();
  await page.locator('.pick-list li').first().waitFor();
  await until(async () => await page.locator('.pick-list li').count() === n, 'the rows behind the number');
  await page.goto(`${rig.url}/#/trends`);
  await page.locator('.chart svg').first().waitFor();
  await page.locator('.bar-list li').first().waitFor();
  await rig.accessible(page, 'trends');
  await rig.picture('office-trends', page);
  await page.goto(`${rig.url}/#/duty/2026-07`);
  await page.locator('table.duty tbody tr').first().waitFor();
  assert.equal(await page.locator('table.duty thead th').count(), 32);
  await rig.accessible(page, 'duty');
  await rig.picture('office-duty', page);
  const paper = page.waitForEvent('popup');
  await page.goto(`${rig.url}/#/report/2026Q3`);
  await page.getByRole('link', { name: '打印' }).click();
  await (await paper).getByText('2026年第三季度统计').first().waitFor();
});

/* What is open on one side alone is read by the same screen; the centre itself is another process's, and of other tests. */
test('what the 12345 centre has open and we have not, on the duty screen', async (rig) => {
  const page = await rig.signedIn('office1', { serviceWorkers: 'block' });
  const one = { partner: 'hotline', unit_name: '12345中心', waiting: 2, compared_at: '2026-07-10T02:30:00+08:00', ours: 3, theirs: 3, next_at: '2026-07-11T02:30:00+08:00',
    differences: [{ side: 'ours', dispatch: 'OF-9-01', ticket: 'F9', state: 'issued' }, { side: 'theirs', ticket: '<b>漳-77</b>' }] };
  await page.route('**/v1/exchange/differences*', (route) => route.fulfill({ json: { partners: [one] } }));
  await page.goto(`${rig.url}/#/duty/2026-07`);
  const part = page.locator('.exchanged');
  await part.getByText('与 12345中心 核对').waitFor();
  assert.deepEqual(await part.locator('li').allTextContents(), ['只有本系统未结 OF-9-01 F9 · 待签收', '只有对方未结 <b>漳-77</b> 本系统没有这一条']);
  assert.match(await part.textContent(), /本系统未结 3,对方未结 3.*2 条消息对方还没有收下/);
  await rig.accessible(page, 'differences');
  await page.route('**/v1/exchange/hotline/compare', (route) => { one.differences = []; one.waiting = 0; return route.fulfill({ json: { partners: [one] } }); });
  await part.getByRole('button', { name: '现在核对' }).click();
  await part.getByText('没有差异').waitFor();
});
