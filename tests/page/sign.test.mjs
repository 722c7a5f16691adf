/*
 * sign.test.mjs - signing in and out, by token and by code; sessions that end elsewhere.
 */
import { assert, test, until } from './rig.mjs';

test('a token signs in, a wrong one says so', async (rig) => {
  const page = await rig.person({ viewport: { width: 360, height: 740 } });
  await page.goto(rig.url);
  const field = page.getByLabel('登录码或令牌');
  await field.waitFor();
  await rig.accessible(page, 'sign in');
  await field.fill('ldt_' + '0'.repeat(40));
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.getByText('登录码或令牌不对').waitFor();
  await field.fill(rig.tokens.water1);
  await page.keyboard.press('Enter');
  await page.locator('.phone-face').waitFor();
  assert.equal(await page.evaluate(() => document.cookie), '', 'no script sees the cookie');
});

test('a code opens once, and a link only fills it in', async (rig) => {
  const made = await rig.call('code.make', { account: 'power1' });
  const page = await rig.person({ viewport: { width: 360, height: 740 } });
  await page.goto(`${rig.url}/#/in/${made.code}`);
  await page.getByRole('button', { name: '用这个登录码登录' }).waitFor();
  assert.equal(await page.locator('.phone-face').count(), 0);
  await page.getByRole('button', { name: '用这个登录码登录' }).click();
  await page.locator('.phone-face').waitFor();
  assert.equal(new URL(page.url()).hash, '#/');
});
