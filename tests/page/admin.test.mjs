/*
 * admin.test.mjs - the administrator: rules edited, checked, compared and brought into force; another one's revision; phones and days written into
 * the files; accounts with a token, a code, a session.
 */
import { assert, test, until } from './rig.mjs';

const inForce = async (rig) => (await rig.call('routing.get', { file: 'areas.yaml' })).revision;

async function say(page, text) {
  await page.getByRole('dialog').getByLabel('为什么改').fill(text);
  await page.getByRole('dialog').getByRole('button', { name: '生效…' }).click();
}

async function checkAndCompare(page) {
  await page.getByRole('button', { name: '检查和用例' }).click();
  await page.locator('.problems:not(.old) h2').waitFor();
  await page.getByRole('button', { name: '与近 30 天对比' }).click();
  await page.locator('.comparison:not(.old) h2').waitFor();
}

test('an error is at its line; what is checked and compared comes into force', async (rig) => {
  const before = await inForce(rig);
  const page = await rig.signedIn('admin1', {}, '#/rules/units.yaml');
  const area = page.locator('.editor textarea');
  await area.waitFor();
  await rig.accessible(page, 'the rules');
  const text = await area.inputValue();
  const activate = page.locator('.office-tools').getByRole('button', { name: '生效…' });
  assert.equal(await activate.isDisabled(), true);
  await area.fill(text.replace('tier: 2', 'tier: 7'));
  await page.getByRole('button', { name: '检查和用例' }).click();
  await page.locator('.problems li.error button').first().click();
  const wrong = text.split('\n').findIndex((line) => line.includes('tier: 2')) + 1;
  assert.equal(await page.locator('.gutter i.error').first().textContent(), String(wrong));
  assert.equal(await area.evaluate((el) => el.value.slice(el.selectionStart, el.selectionEnd).trim()), 'tier: 7');
  await rig.picture('admin-error', page);
  await rig.accessible(page, 'an error');
  assert.equal(await activate.isDisabled(), true);
  const changed = text.replace('0597-0000101', '0597-7212101');
  await area.fill(changed);
  await page.reload(); // what was typed is still there
  await area.waitFor();
  assert.equal(await area.inputValue(), changed);
  await checkAndCompare(page);
  await until(() => activate.isEnabled(), 'the way to be open');
  await area.fill(text.replace('0597-0000101', '0597-7212102')); // other bytes than were checked
  await until(() => activate.isDisabled(), 'the way to be shut');
  await area.fill(changed);
  await until(() => activate.isEnabled(), 'the way to be open to the very bytes that were checked');
  await activate.click();
  await say(page, '宣传部换了电话');
  await until(async () => await inForce(rig) !== before, 'the new revision');
  await rig.picture('admin-rules', page);
});

test('another administrator was faster: both texts, nothing overwritten', async (rig) => {
  const page = await rig.signedIn('admin1', {}, '#/rules/units.yaml');
  const area = page.locator('.editor textarea');
  await area.waitFor();
  await area.fill((await area.inputValue()).replace('0597-0000105', '0597-7212105'));
  await checkAndCompare(page);
  const revision = await inForce(rig);
  const theirs = (await rig.call('routing.get', { file: 'units.yaml', revision })).files[0].text.replace('0597-0000109', '0597-7212109');
  await rig.call('routing.put', { revision, why: '另一处改动', files: { 'units.yaml': theirs } });
  await page.locator('.office-tools').getByRole('button', { name: '生效…' }).click();
  await say(page, '改电话');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('别人已经换了版本').waitFor();
  assert.ok((await dialog.getByLabel('现在生效的').inputValue()).includes('0597-7212109'));
  assert.ok((await dialog.getByLabel('你的').inputValue()).includes('0597-7212105'));
  await rig.accessible(page, 'two revisions');
  await dialog.getByRole('button', { name: '用新版本' }).click();
  await until(async () => (await area.inputValue()).includes('0597-7212109'), 'the text in force');
});

test('phones and days are written into their files, comments kept', async (rig) => {
  const page = await rig.signedIn('admin1', {}, '#/units');
  const row = page.locator('.rows > li', { hasText: '市民政局' }).first();
  await row.waitFor();
  await rig.accessible(page, 'the units');
  await row.getByRole('button', { name: '改电话' }).click();
  await page.getByRole('dialog').getByLabel('值班', { exact: true }).fill('0597-7219999');
  await page.getByRole('dialog').getByRole('button', { name: '确定' }).click();
  await page.goto(`${rig.url}/#/calendar/2027`);
  await page.getByRole('alert').getByText('2027').waitFor();
  await page.getByRole('button', { name: /2027-01-01/ }).click();
  await page.getByRole('dialog').getByLabel('这一天').selectOption('holidays');
  await page.getByRole('dialog').getByLabel('节日').fill('元旦');
  await page.getByRole('dialog').getByRole('button', { name: '确定' }).click();
  await page.getByRole('button', { name: /2027-01-01 放假 元旦/ }).waitFor();
  await rig.accessible(page, 'the calendar');
  await page.goto(`${rig.url}/#/calendar/2026`);
  await page.getByRole('button', { name: /2026-10-01 放假/ }).waitFor();
  await rig.picture('admin-calendar', page);
  await page.goto(`${rig.url}/#/rules/units.yaml`);
  await page.locator('.editor textarea').waitFor();
  const text = await page.locator('.editor textarea').inputValue();
  assert.ok(text.includes('0597-7219999') && text.startsWith('# yaml-language-server'));
  await page.getByRole('button', { name: '检查和用例' }).click();
  await page.locator('.problems h2').getByText('没有错误').waitFor();
  await page.getByRole('button', { name: '放弃改动' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '放弃改动' }).click();
});

test('a month of a roster: dragged, typed, pressed, undone, one of the changes', async (rig) => {
  const page = await rig.signedIn('admin1', {}, '#/rosters/2026-07');
  const day = (n) => page.locator(`td[data-row="0"][data-day="${n - 1}"]`);
  const people = async (n) => (await day(n).locator('span').allTextContents()).join(' ');
  await day(31).waitFor();
  await rig.accessible(page, 'the rosters');
  const [one, two] = [await people(1), await people(2)];
  assert.ok(one && two && one !== two, 'they take turns');
  await day(1).locator('span').hover();
  await page.mouse.down();
  for (const n of [2, 3, 4]) await day(n).hover();
  await page.mouse.up();
  await until(async () => (await people(4)) === one && (await people(2)) === one, 'the days that were dragged over');
  const override = async () => page.evaluate(() => JSON.parse(sessionStorage.getItem('rules-admin1')).edited['rosters.yaml']);
  assert.match(await override(), /\{from: "2026-07-01T08:00", to: "2026-07-05T08:00", people: \[[a-z]+\], because: 调班\}/);
  await day(3).click();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('2'); // the second person on the 3rd and 4th: the override is cut
  await until(async () => (await people(3)) !== one && (await people(3)) === (await people(4)), 'the typed person');
  assert.match(await override(), /from: "2026-07-01T08:00", to: "2026-07-03T08:00"/);
  await rig.picture('admin-rosters', page);
  await rig.accessible(page, 'a roster that is edited');
  await day(10).click();
  const panel = page.locator('.roster-panel');
  await panel.getByLabel('至', { exact: true }).fill('2026-07-12T08:00');
  for (const button of (await panel.getByRole('group').getByRole('button').all()).slice(0, 2)) await button.click();
  await panel.getByRole('button', { name: '由他们值班' }).click();
  await until(async () => (await day(11).locator('span').count()) === 2, 'two people');
  await page.getByRole('button', { name: '撤销一步' }).click();
  await until(async () => (await day(11).locator('span').count()) === 1, 'the step undone');
  await page.goto(`${rig.url}/#/rules/rosters.yaml`);
  await page.getByRole('button', { name: '检查和用例' }).click();
  await page.locator('.problems h2').getByText('没有错误').waitFor();
  assert.ok((await page.locator('.editor textarea').inputValue()).includes('春节双人值班'), 'what was there stays');
  await page.getByRole('button', { name: '放弃改动' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '放弃改动' }).click();
});

test('an account, its token, a code that signs in, its session ended, revoked', async (rig) => {
  const page = await rig.signedIn('admin1', {}, '#/accounts');
  await page.getByRole('button', { name: '新建账号' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('账号').fill('water9');
  await dialog.getByLabel('角色').selectOption('liaison');
  await dialog.getByLabel('单位').selectOption('water');
  await dialog.getByRole('button', { name: '新建账号' }).click();
  const token = (await dialog.locator('.secret').textContent()).trim();
  assert.match(token, /^ldt_[0-9a-f]{64}$/);
  await dialog.locator('svg.qr').waitFor();
  await rig.accessible(page, 'the token');
  await dialog.locator('.row-buttons button').click();
  const row = page.locator('.rows > li', { has: page.locator('b', { hasText: 'water9' }) });
  await row.getByRole('button', { name: '登录码' }).click();
  const code = (await page.locator('.secret.code').textContent()).trim();
  await rig.picture('admin-code', page);
  await page.keyboard.press('Escape');
  const phone = await rig.person({ viewport: { width: 360, height: 740 } });
  await phone.goto(`${rig.url}/#/in/${code}`);
  await phone.locator('.sign button.main').click();
  await phone.locator('.phone-face').waitFor();
  await row.getByRole('button', { name: '登录', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: '结束' }).first().click();
  await phone.locator('.veil-sign-over').waitFor();
  await page.keyboard.press('Escape');
  await row.getByRole('button', { name: '停用' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '停用' }).click();
  await row.getByText('已停用').waitFor();
  await rig.accessible(page, 'the accounts');
});
