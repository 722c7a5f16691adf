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

/* Counts the answers of a page by their status, and those that bring what happens: {401: n, line: n, …}. */
function counted(page) {
  const counts = {};
  page.on('response', (answer) => {
    if (/\/v1\/(stream|events|board\?)/.test(answer.url())) counts.line = (counts.line || 0) + 1;
    if (answer.url().includes('/v1/')) counts[answer.status()] = (counts[answer.status()] || 0) + 1;
  });
  return counts;
}

/* The session ends while the line is down: the page asks once more, and then nothing until a log-in link is opened in it. */
async function overAndBack(rig, role, unit) {
  const account = await rig.account(`over-${role}`, role, unit);
  const page = await rig.person();
  const counts = counted(page);
  await rig.signIn(page, account);
  await until(() => counts.line, 'the line');
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => null));
  await page.context().setOffline(true);
  await page.waitForTimeout(2500); // the stream fails twice, so that events are polled
  await rig.call('session.end', { account });
  await page.context().setOffline(false);
  await page.locator('.veil-sign-over').waitFor();
  await page.waitForTimeout(2000);
  const asked = counts[401];
  assert.ok(asked <= 8, `${asked} requests were refused`);
  await page.waitForTimeout(2500);
  assert.equal(counts[401], asked, 'it asks on');
  const { code } = await rig.call('code.make', { account });
  const before = page.url();
  await page.evaluate((one) => { location.hash = `#/in/${one}`; }, code);
  await page.locator('.veil-sign-over').getByRole('button', { name: '用这个登录码登录' }).click();
  await page.locator('.veil-sign-over').waitFor({ state: 'detached' });
  assert.equal(page.url().replace(/#\/$/, ''), before.replace(/#\/$/, ''), 'the page stays where it was, and the code is not in its address');
  return page;
}

test('a desk whose session has ended asks nothing until it signs in again', async (rig) => {
  const page = await overAndBack(rig, 'desk');
  await rig.report('OVER-1');
  await page.locator('#row-OVER-1').waitFor();
});

test('a phone whose session has ended asks nothing until it signs in again', async (rig) => {
  const page = await overAndBack(rig, 'liaison', 'water');
  await rig.report('OVER-2', { units: ['water'], address: '菁城街道过期路1号' });
  await page.getByText('过期路1号').first().waitFor();
});

test('an office whose session has ended asks nothing until it signs in again', async (rig) => {
  await overAndBack(rig, 'office');
});

test('a wall whose session has ended asks nothing until it signs in again', async (rig) => {
  const page = await overAndBack(rig, 'wall');
  await page.locator('.wall-age', { hasText: '秒前' }).waitFor();
});

test('one tab signs in again, and the other goes on with it', async (rig) => {
  const account = await rig.account('over-two', 'desk');
  const first = await rig.signedIn(account);
  const second = await first.context().newPage();
  await second.goto(rig.url);
  for (const page of [first, second]) await page.locator('#new-words').waitFor();
  await rig.call('session.end', { account });
  for (const page of [first, second]) {
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.locator('.veil-sign-over').waitFor();
  }
  await second.locator('.veil-sign-over input').fill(rig.tokens[account]);
  await second.locator('.veil-sign-over button.main').click();
  for (const page of [second, first]) await page.locator('.veil-sign-over').waitFor({ state: 'detached' });
  await rig.report('OVER-TWO');
  for (const page of [first, second]) await page.locator('#row-OVER-TWO').waitFor();
});
