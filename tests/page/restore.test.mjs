/*
 * restore.test.mjs - a backup is restored while a desk and a phone are open: it is said, all is read anew, nothing that was typed is lost, and
 * what the phone has kept is sent once.
 */
import { assert, test, until } from './rig.mjs';

const events = async (rig, number, type) => (await rig.call('event.list', { number, limit: 500 })).events.filter((one) => one.type === type);

test('a backup is restored under an open desk and a phone in a lift', async (rig) => {
  await rig.report('RS-1', { address: '菁城街道备份路1号', units: ['water'] });
  await rig.report('RS-2', { address: '菁城街道备份路2号', units: ['water'] });
  const desk = await rig.signedIn('desk1', {}, '#/i/RS-1');
  const phone = await rig.phone('water1');
  await phone.goto(`${rig.url}/#/d/RS-1-01`);
  await phone.locator('.act-main[data-verb=acknowledge]').waitFor();
  await desk.locator('.detail .unit').first().waitFor();
  await rig.host('backup');

  // after the backup: what will be gone, and what is typed and tapped
  await rig.report('RS-3', { address: '菁城街道以后路3号', units: ['water'] });
  await desk.locator('#row-RS-3').waitFor();
  await phone.locator('.other', { hasText: '以后路3号' }).waitFor();
  await rig.call('dispatch.acknowledge', { dispatch: 'RS-2-01', on_behalf: { person: '值班员' } });
  await desk.locator('#new-words').fill('南洋路电杆倒了');
  await desk.locator('.detail').getByRole('button', { name: '更正' }).click();
  await desk.getByRole('dialog').getByLabel('地址').fill('菁城街道备份路11号');
  await phone.getByRole('button', { name: '反馈' }).click();
  await phone.getByLabel('现场情况').fill('正在关阀门');
  await phone.keyboard.press('Escape');
  await phone.context().setOffline(true);
  await phone.waitForTimeout(750); // a button whose meaning has changed takes no tap for so long
  await phone.locator('.act-main[data-verb=acknowledge]').click();
  await phone.locator('.strip', { hasText: '已记下 1 步' }).waitFor();

  await rig.restore();
  await desk.locator('.notice', { hasText: '数据已从备份恢复' }).waitFor();
  await desk.locator('#row-RS-3').waitFor({ state: 'detached' });
  await desk.locator('#row-RS-1').waitFor();
  assert.equal(await desk.locator('#new-words').inputValue(), '南洋路电杆倒了');
  assert.equal(await desk.getByRole('dialog').getByLabel('地址').inputValue(), '菁城街道备份路11号');
  await rig.accessible(desk, 'after a restore');
  await desk.getByRole('dialog').getByRole('button', { name: '更正' }).click();
  await until(async () => (await rig.call('incident.get', { number: 'RS-1', unmask: true })).address === '菁城街道备份路11号', 'the amendment');

  await phone.context().setOffline(false);
  await phone.locator('.notice', { hasText: '数据已从备份恢复' }).waitFor();
  await until(async () => (await events(rig, 'RS-1', 'dispatch.acknowledged')).length, 'what was tapped in the lift');
  await phone.locator('.strip', { hasText: '已记下' }).waitFor({ state: 'detached' });
  await phone.locator('.act-main[data-verb=depart]').waitFor();
  assert.equal(await phone.getByText('以后路3号').count(), 0);
  assert.equal((await events(rig, 'RS-1', 'dispatch.acknowledged')).length, 1);
  await phone.getByRole('button', { name: '反馈' }).click();
  assert.equal(await phone.getByLabel('现场情况').inputValue(), '正在关阀门');
  await rig.picture('phone-restored', phone);
  await rig.report('RS-4', { address: '菁城街道备份路4号', units: ['water'] }); // the line goes on, on both
  await desk.locator('#row-RS-4').waitFor();
  await phone.keyboard.press('Escape');
  await phone.locator('.other', { hasText: '备份路4号' }).waitFor();
});
