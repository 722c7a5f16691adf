/*
 * contacts.test.mjs - a unit proposes its own contacts on the phone, the office sees what would be another, and rejects or confirms it.
 */
import { assert, test, until } from './rig.mjs';

test('a unit proposes its contacts; the office says why not, then confirms', async (rig) => {
  const phone = await rig.phone(await rig.account('telecom-c', 'liaison', 'telecom'), {});
  await phone.getByRole('button', { name: '菜单' }).click();
  await phone.getByRole('link', { name: '本单位联系人' }).click();
  await phone.getByText('占位号码').first().waitFor();
  const before = await rig.call('unit.get', { unit: 'telecom' });
  await phone.getByRole('button', { name: '更改联系人' }).click();
  const sheet = phone.getByRole('dialog');
  await sheet.getByLabel('值班:电话').fill('打我');
  await sheet.getByRole('button', { name: '提出更改' }).click();
  await sheet.locator('.field.wrong', { hasText: '值班:电话' }).getByText('电话号码').waitFor(); // said at its field
  await sheet.getByLabel('值班:电话').fill('0597-7530000、0597-7530001转801');
  await sheet.getByLabel('分管领导:姓名').fill('林某某');
  await rig.accessible(phone, 'contacts to be changed');
  await phone.reload(); // what was typed is kept
  await phone.getByRole('button', { name: '更改联系人' }).click();
  assert.equal(await sheet.getByLabel('分管领导:姓名').inputValue(), '林某某');
  await sheet.getByLabel('缘由').fill('换了值班室');
  await rig.picture('phone-contacts-form', phone);
  await sheet.getByRole('button', { name: '提出更改' }).click();
  await phone.getByText('等联动办确认').first().waitFor();
  await rig.accessible(phone, 'contacts that wait');
  await rig.picture('phone-contacts', phone);

  const office = await rig.signedIn('office1', {}, '#/returns2');
  const row = office.locator('.rows li', { hasText: '更改联系人' });
  await row.locator('del', { hasText: before.duty.phone }).waitFor();
  await row.locator('ins', { hasText: '0597-7530000、0597-7530001转801' }).waitFor();
  await row.getByText('换了值班室').waitFor();
  await rig.accessible(office, 'contacts to be confirmed');
  await rig.picture('office-contacts', office);
  await row.getByRole('button', { name: '不同意' }).click();
  await office.getByRole('dialog').getByLabel('理由').fill('转801打不通');
  await office.getByRole('dialog').getByRole('button', { name: '不同意' }).click();
  await phone.getByText('转801打不通').waitFor(); // by itself

  await phone.getByRole('button', { name: '更改联系人' }).click();
  await sheet.getByLabel('值班:电话').fill('0597-7530000');
  await sheet.getByRole('button', { name: '提出更改' }).click();
  await sheet.waitFor({ state: 'detached' });
  await row.getByRole('button', { name: '同意', exact: true }).click();
  await office.getByRole('dialog').getByRole('button', { name: '同意', exact: true }).click();
  await until(async () => (await rig.call('unit.get', { unit: 'telecom' })).duty.phone === '0597-7530000', 'the phone in force');
  await phone.getByText('已生效').waitFor();
  await phone.locator('.card a[href="tel:0597-7530000"]').waitFor();
});
