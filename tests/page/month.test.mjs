/*
 * month.test.mjs - a unit confirms on the phone what was found in a month that is over.
 */
import { assert, test, until } from './rig.mjs';

const findings = async (rig, state) => (await rig.call('finding.list', { unit: 'telecom', ...(state && { state }) })).findings;

test('the findings of a month are confirmed', async (rig) => {
  await rig.report('MONTH-1', { units: ['telecom'] });
  await rig.advance('2h'); // its limits run out
  await rig.call('dispatch.complete', { dispatch: 'MONTH-1-01', result: '已修好', on_behalf: { person: '值班员' } });
  const n = (await until(async () => { const all = await findings(rig, 'open'); return all.length && all; }, 'a finding')).length;
  const page = await rig.phone(await rig.account('telecom-m', 'liaison', 'telecom'), {});
  await page.getByRole('button', { name: '菜单' }).click();
  await page.getByRole('link', { name: '考评事项' }).click();
  await page.locator('.cards .card').first().waitFor();
  assert.equal(await page.getByText('项待确认').count(), 0, 'the month is not over');
  await rig.call('clock.set', { instant: '2026-08-03T09:00:00+08:00' });
  await rig.sameClocks();
  await page.reload();
  const month = page.locator('section.card', { hasText: `2026-07:${n} 项待确认` });
  await month.waitFor();
  await month.getByRole('button', { name: '确认 2026-07' }).click();
  await rig.accessible(page, 'a month to be confirmed');
  await rig.picture('phone-month', page);
  await page.getByRole('dialog').getByRole('button', { name: `确认这 ${n} 项` }).click();
  await page.getByText(`2026-07 已确认 ${n} 项`).waitFor();
  assert.equal(await page.getByText('项待确认').count(), 0);
  assert.equal((await findings(rig, 'confirmed')).length, n);
});
