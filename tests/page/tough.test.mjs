/*
 * tough.test.mjs - what goes wrong in practice: a lift, a server that dies while an officer types, names that would be markup. strange.torture.mjs
 * has more.
 */
import { assert, test, until } from './rig.mjs';

const NASTY = '<img src=x onerror="window.hit=1">\u202Egnirts\u200B' + '好'.repeat(20) + 'a'.repeat(300);

async function acted(rig, dispatch, step) {
  return until(async () => (await rig.call('dispatch.get', { dispatch }))[`${step}_at`], step);
}

test('a lift: three acts without a network arrive in order, with the instants of their taps', async (rig) => {
  await rig.report('LIFT-1', { units: ['cable'] });
  const page = await rig.phone(await rig.account('cable1', 'liaison', 'cable'));
  await page.locator('[data-verb=acknowledge]').waitFor();
  await page.waitForTimeout(750);
  await page.context().setOffline(true);
  const tapped = [];
  for (const verb of ['acknowledge', 'depart', 'arrive']) {
    const button = page.locator(`.act-main[data-verb=${verb}]`);
    await button.waitFor();
    await page.waitForTimeout(750);
    tapped.push(await page.evaluate(() => Date.now()));
    await button.click();
    const now = await rig.now();
    await page.context().clock.setFixedTime(now + tapped.length * 20000);
  }
  await page.locator('.strip', { hasText: '已记下' }).waitFor();
  await rig.accessible(page, 'without a network');
  assert.equal(await page.locator('.steps .waiting').count() >= 2, true, 'the steps wait to be sent');
  await rig.picture('phone-offline', page);
  assert.equal((await rig.call('dispatch.get', { dispatch: 'LIFT-1-01' })).acknowledged_at, undefined);
  await page.reload().catch(() => {}); // the browser may even be closed: what was tapped is kept
  await rig.call('clock.advance', { duration: '60s' });
  await page.context().setOffline(false);
  await page.goto(rig.url);
  await acted(rig, 'LIFT-1-01', 'arrived');
  const d = await rig.call('dispatch.get', { dispatch: 'LIFT-1-01' });
  const at = ['acknowledged', 'departed', 'arrived'].map((step) => Date.parse(d[`${step}_at`]));
  assert.deepEqual(at.map((one) => Math.floor(one / 1000)), tapped.map((one) => Math.floor(one / 1000)), 'the instants of the taps');
});

test('one phone and two accounts: what one has tapped is not sent by the other', async (rig) => {
  await rig.report('SHARED-1', { units: ['telecom'] });
  const first = await rig.account('telecom1', 'liaison', 'telecom'), second = await rig.account('mobile1', 'liaison', 'mobile');
  const page = await rig.phone(first);
  const button = page.locator('.act-main[data-verb=acknowledge]');
  await button.waitFor();
  await page.waitForTimeout(750);
  await page.context().setOffline(true);
  await button.click();
  await page.locator('.strip', { hasText: '已记下' }).waitFor();
  await rig.call('session.end', { account: first });
  await page.context().clearCookies();
  await page.context().setOffline(false);
  await rig.signIn(page, second);
  await page.waitForTimeout(1500); // what it would send it has sent
  assert.equal(await page.locator('.refused').count(), 0);
  assert.equal((await rig.call('dispatch.get', { dispatch: 'SHARED-1-01' })).acknowledged_at, undefined);
  await page.context().clearCookies();
  await rig.signIn(page, first);
  await acted(rig, 'SHARED-1-01', 'acknowledged'); // it was kept for who had tapped it
});

test('engine and api are killed while an officer types: nothing typed is lost', async (rig) => {
  const page = await rig.signedIn('desk1');
  const field = page.locator('#new-words');
  await field.waitFor();
  await field.fill('东环路一棵大树倒在路上,');
  await rig.kill('engine');
  await field.pressSequentially('压到一辆车,');
  await rig.kill('api');
  await field.pressSequentially('没有人受伤');
  await page.keyboard.press('Control+Enter');
  await page.locator('.notice').getByText('已派单').waitFor({ timeout: 45000 });
  const made = (await rig.call('incident.list', { limit: 1, unmask: true })).incidents[0];
  assert.equal(made.description, '东环路一棵大树倒在路上,压到一辆车,没有人受伤');
  await page.locator(`#row-${made.number}`).waitFor({ timeout: 45000 });
});

test('names and texts that would be markup, turn the writing round or have no blank', async (rig) => {
  await rig.report('NASTY-1', { units: ['post'], address: NASTY, description: NASTY, reporter: { name: NASTY.slice(0, 60), phone: 'javascript:alert(1)' } });
  for (const [page, what] of [[await rig.signedIn('desk1', {}, '#/i/NASTY-1'), 'desk'], [await rig.phone(await rig.account('post1', 'liaison', 'post')), 'phone'],
    [await rig.signedIn('desk2', { viewport: { width: 320, height: 640 } }, '#/i/NASTY-1'), 'narrow']]) {
    await page.getByText('<img src=x').first().waitFor();
    await rig.picture(`nasty-${what}`, page);
    assert.equal(await page.evaluate(() => window.hit), undefined, what);
    assert.equal(await page.locator('img').count(), 0, what);
    assert.equal(await page.locator('a[href^="javascript"]').count(), 0, what);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${what}: ${wide} px wider than the window`);
  }
});

