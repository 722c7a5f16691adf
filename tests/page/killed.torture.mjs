/*
 * killed.torture.mjs - in make torture: engine and api are killed while an officer fills in the desk's forms. Each word stands, and each act is
 * done once.
 */
import { assert, test, until } from './rig.mjs';

/* The form is filled in, half of it before a process is killed and half after, and sent while it may be away. */
async function through(rig, page, role, name, half, whole) {
  const dialog = page.getByRole('dialog');
  await half(dialog);
  await rig.kill(role);
  await whole(dialog);
  await dialog.getByRole('button', { name, exact: true }).last().click();
  await dialog.waitFor({ state: 'detached' });
}

const type = (dialog, label, text) => dialog.getByLabel(label).pressSequentially(text);
const seen = async (rig, number, kind) => (await rig.call('event.list', { number, limit: 500 })).events.filter((one) => one.type === kind).length;

test('amending, adding a unit and cancelling while engine and api are killed', async (rig) => {
  await rig.report('KILL-1', { address: '菁城街道断续路', units: ['water'] });
  const page = await rig.signedIn('desk1', {}, '#/i/KILL-1');
  const detail = page.locator('.detail');
  await detail.locator('.unit').first().waitFor();
  await detail.getByRole('button', { name: '更正' }).click();
  await through(rig, page, 'engine', '更正', (dialog) => type(dialog, '地址', '18'), (dialog) => type(dialog, '地址', '号后门'));
  assert.equal((await rig.call('incident.get', { number: 'KILL-1', unmask: true })).address, '菁城街道断续路18号后门');
  await detail.getByRole('button', { name: '增派' }).click();
  await through(rig, page, 'api', '增派', async (dialog) => { await dialog.getByLabel('单位').selectOption('power'); await type(dialog, '理由', '线路'); },
    (dialog) => type(dialog, '理由', '也断了'));
  await detail.getByRole('button', { name: '作废' }).click();
  await through(rig, page, 'engine', '作废', (dialog) => type(dialog, '说明', '报警人'), (dialog) => type(dialog, '说明', '说已经好了'));
  await until(async () => (await rig.call('incident.get', { number: 'KILL-1' })).state === 'cancelled', 'the end of it');
  for (const [kind, n] of [['incident.amended', 1], ['dispatch.issued', 2], ['incident.cancelled', 1]]) assert.equal(await seen(rig, 'KILL-1', kind), n, kind);
  await detail.locator('.timeline').getByText('报警人说已经好了').first().waitFor();
});

test('a call-back and the decision of a return while engine and api are killed', async (rig) => {
  await rig.report('KILL-2', { address: '菁城街道断续路2号', units: ['water'] });
  await rig.call('dispatch.complete', { dispatch: 'KILL-2-01', result: '已修好', on_behalf: { person: '值班员' } });
  await rig.report('KILL-3', { address: '菁城街道断续路3号', units: ['water'] });
  await rig.call('dispatch.return', { dispatch: 'KILL-3-01', reason: 'not-our-asset', unit: 'power', on_behalf: { person: '王工' } });
  const page = await rig.signedIn('desk1', {}, '#/callbacks');
  await page.locator('.line', { hasText: '断续路2号' }).getByRole('button', { name: '回访' }).click();
  await through(rig, page, 'api', '回访', async (dialog) => { await dialog.getByRole('button', { name: '满意', exact: true }).click(); await dialog.locator('textarea').pressSequentially('来得'); },
    (dialog) => dialog.locator('textarea').pressSequentially('很快'));
  assert.equal(await seen(rig, 'KILL-2', 'callback.recorded'), 1);
  await page.goto(`${rig.url}/#/returns`);
  await page.locator('.line', { hasText: '断续路3号' }).getByRole('button').click();
  await through(rig, page, 'engine', '确定', async (dialog) => { await dialog.getByRole('button', { name: '不同意' }).click(); await type(dialog, '理由', '现场是'); },
    (dialog) => type(dialog, '理由', '市政供水管'));
  await page.locator('.line', { hasText: '断续路3号' }).waitFor({ state: 'detached' });
  assert.equal(await seen(rig, 'KILL-3', 'request.rejected'), 1);
  await page.goto(`${rig.url}/#/i/KILL-3`);
  await page.locator('.detail .timeline').getByText('现场是市政供水管').waitFor();
});
