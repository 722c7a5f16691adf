/*
 * desk.test.mjs - the desk's board.
 */
import { assert, test, until } from './rig.mjs';

const NUMBER = 'DESK-1';

test('the board shows what is open, and follows', async (rig) => {
  await rig.report(NUMBER, { address: '菁城街道和平中路7号', description: '路口水管爆裂' });
  const page = await rig.signedIn('desk1');
  const row = page.locator(`#row-${NUMBER}`);
  await row.getByText('和平中路7号').waitFor();
  await page.locator('.live.on').waitFor();
  await page.locator('.keybar').getByText((await rig.call('status.get')).revision).waitFor();
  await rig.picture('desk-board', page);
  await rig.accessible(page, 'the board');
  await rig.call('dispatch.acknowledge', { dispatch: `${NUMBER}-01`, on_behalf: { person: '值班员' } });
  await row.getByText('已签收').waitFor();
  await row.click();
  const detail = page.locator('.detail');
  await detail.getByText('路口水管爆裂').waitFor();
  await rig.accessible(page, 'an incident');
  await rig.call('incident.annotate', { number: NUMBER, text: '又有人来电' });
  await detail.locator('.timeline').getByText('补充').waitFor();
});

test('a new incident by keys alone: proposal, duplicate, dispatch, draft over a reload', async (rig) => {
  await rig.report('DESK-2', { address: '菁城街道八一路与解放路口', description: '水管爆裂' });
  const page = await rig.signedIn('desk1');
  await page.locator('#new-words').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('n');
  await page.keyboard.type('八一路口地下水管爆了,水漫到路上');
  await page.keyboard.press('Tab');
  await page.keyboard.type('菁城街道八一路与解放路口');
  await page.locator('.proposal').getByText('自来水公司', { exact: true }).waitFor();
  await page.locator('.same').getByText('可能重复').waitFor();
  await rig.accessible(page, 'a proposal');
  await page.reload();
  assert.equal(await page.locator('#new-words').inputValue(), '八一路口地下水管爆了,水漫到路上', 'the draft is kept');
  await page.locator('.same').waitFor();
  await page.locator('#new-words').focus();
  await page.keyboard.press('Alt+j');
  await page.locator('.same.on').waitFor();
  await page.keyboard.press('Alt+j');
  await page.keyboard.press('Alt+2');
  await page.keyboard.press('Control+Enter');
  await page.locator('.notice').getByText('已派单').waitFor();
  assert.equal(await page.locator('#new-words').inputValue(), '');
  const made = (await rig.call('incident.list', { limit: 1 })).incidents[0];
  assert.equal(made.priority, 'P2');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'new-words', 'the next call may come');
});

test('what another officer reports meanwhile is proposed as the same', async (rig) => {
  const page = await rig.signedIn('desk2');
  await page.locator('#new-words').fill('西园新村水管爆裂,水漫到路上');
  await page.getByLabel('地址').fill('菁城街道西园新村3号');
  await page.locator('.proposal').waitFor();
  assert.equal(await page.locator('.same').count(), 0);
  await rig.report('DESK-2B', { address: '菁城街道西园新村3号', description: '水管爆裂' });
  await page.locator('.same').getByText('可能重复').waitFor();
  await page.locator('#new-words').fill('');
  await page.getByLabel('地址').fill('');
});

test('steps on behalf, notes and urging by keys', async (rig) => {
  await rig.report('DESK-3', { address: '菁城街道东门路3号' });
  const page = await rig.signedIn('desk2', {}, '#/i/DESK-3');
  await page.locator('.detail .unit').first().waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('1');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('单位哪一位').fill('李师傅');
  await rig.accessible(page, 'a step on behalf');
  await dialog.getByRole('button', { name: '代记一步' }).click();
  await until(async () => (await rig.call('dispatch.get', { dispatch: 'DESK-3-01' })).acknowledged_at, 'the acknowledgement');
  await dialog.waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.keyboard.press('m');
  await dialog.getByRole('button', { name: '补充' }).click();
  await dialog.getByText('请写说明').waitFor();
  await dialog.getByLabel('说明').fill('报警人说水更大了');
  await page.keyboard.press('Control+Enter');
  await page.locator('.detail .timeline').getByText('报警人说水更大了').waitFor();
});

test('a unit wants out, the desk decides', async (rig) => {
  await rig.report('DESK-4', { address: '菁城街道南门路4号' });
  await rig.call('dispatch.return', { dispatch: 'DESK-4-01', reason: 'not-our-asset', unit: 'urban-management', on_behalf: { person: '王工' } });
  const page = await rig.signedIn('desk1', {}, '#/returns');
  const line = page.locator('.line', { hasText: '南门路4号' });
  await line.waitFor();
  await rig.accessible(page, 'requests');
  await line.getByRole('button').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: '不同意' }).click();
  await dialog.getByRole('button', { name: '确定' }).click();
  await dialog.getByText('请写明理由').waitFor();
  await dialog.getByLabel('理由').fill('现场是市政供水管');
  await dialog.getByRole('button', { name: '确定' }).click();
  await line.waitFor({ state: 'detached' });
  assert.equal((await rig.call('request.list', { state: 'rejected' })).requests[0].incident, 'DESK-4');
});

test('call-backs, handover, finding, my sessions', async (rig) => {
  await rig.report('DESK-5', { address: '菁城街道西门路5号' });
  for (const n of ['01', '02', '03']) await rig.call('dispatch.complete', { dispatch: `DESK-5-${n}`, result: '已修好', on_behalf: { person: '值班员' } }).catch(() => {});
  const page = await rig.signedIn('desk1', {}, '#/callbacks');
  const line = page.locator('.line', { hasText: '西门路5号' });
  await line.waitFor();
  await rig.accessible(page, 'call-backs');
  await line.getByRole('button', { name: '回访' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: '满意', exact: true }).click();
  await dialog.getByRole('button', { name: '回访' }).click();
  await line.waitFor({ state: 'detached' });
  await page.goto(`${rig.url}/#/handover`);
  await page.getByLabel('交给哪个账号').fill('desk2');
  await rig.accessible(page, 'handover');
  await page.getByRole('button', { name: '交班' }).click();
  await page.locator('.line').getByText('等待签字').first().waitFor();
  const next = await rig.signedIn('desk2', {}, '#/handover'); // the second signature
  await next.getByRole('button', { name: '签字接班' }).click();
  await next.locator('.line').getByText('已签').first().waitFor();
  const [hand] = (await rig.call('shift.list', { limit: 1 })).handovers;
  assert.deepEqual([hand.by, hand.to, hand.state], ['desk1', 'desk2', 'signed']);
  await page.locator('.line').getByText('已签').first().waitFor(); // who handed over sees it, too
  await page.emulateMedia({ media: 'print' });
  await page.locator('.hand-paper').waitFor();
  assert.equal(await page.locator('#new-words').isVisible(), false);
  await page.emulateMedia({ media: 'screen' });
  await page.goto(`${rig.url}/#/find`);
  await page.getByLabel('编号、地址、姓名、电话、内容').fill('西门路 １３９５９００１２３４'); // two words, the phone full-width
  await page.getByRole('button', { name: '查找' }).click();
  await page.locator('.line', { hasText: '西门路5号' }).waitFor();
  assert.equal(await page.locator('.line').count(), 1);
  await rig.picture('desk-find', page);
  await page.getByLabel('编号、地址、姓名、电话、内容').fill('没有这样的事');
  await page.getByRole('button', { name: '查找' }).click();
  await page.getByText('没有找到').waitFor();
  await page.getByLabel('编号、地址、姓名、电话、内容').fill('西门路');
  await page.getByRole('button', { name: '查找' }).click();
  await page.locator('.line', { hasText: '西门路5号' }).waitFor();
  await rig.accessible(page, 'finding');
  await page.goto(`${rig.url}/#/me`);
  await page.getByText('本机').waitFor();
  await rig.accessible(page, 'my sessions');
});
