/*
 * photo.test.mjs - photos: taken on the phone, smaller and without what they said of where they were made; with a network and without; seen by the
 * desk and the office.
 */
import * as zlib from 'node:zlib';
import { assert, test, until } from './rig.mjs';

const SECRET = 'N25.29 E117.42';

function chunk(name, data) {
  const head = Buffer.alloc(4), tail = Buffer.alloc(4), body = Buffer.concat([Buffer.from(name), data]);
  head.writeUInt32BE(data.length);
  tail.writeUInt32BE(sum(body));
  return Buffer.concat([head, body, tail]);
}

/* CRC-32, where node has none yet. */
function sum(bytes) {
  if (zlib.crc32) return zlib.crc32(bytes);
  let c = -1;
  for (const b of bytes) {
    c ^= b;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return ~c >>> 0;
}

/* A PNG of one grey, which says where it was made. */
function picture(width, height, grey) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const rows = Buffer.alloc((width + 1) * height, grey);
  for (let y = 0; y < height; y++) rows[y * (width + 1)] = 0;
  return { name: 'IMG_1.png', mimeType: 'image/png', buffer: Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', header),
    chunk('tEXt', Buffer.from(`Comment\0${SECRET}`)), chunk('IDAT', zlib.deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]) };
}

/* Width and height of a JPEG, by its frame header. */
function sizeOf(jpeg) {
  for (let at = 2; at < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2))
    if (jpeg[at + 1] >= 0xc0 && jpeg[at + 1] <= 0xc2) return [jpeg.readUInt16BE(at + 7), jpeg.readUInt16BE(at + 5)];
  return null;
}

const photosOf = async (rig, dispatch) => (await rig.call('dispatch.get', { dispatch })).photos || [];

async function arrived(rig, number) {
  await rig.report(number, { description: '八一路水管爆裂', units: ['telecom'] });
  for (const step of ['acknowledge', 'arrive']) await rig.call(`dispatch.${step}`, { dispatch: `${number}-01`, on_behalf: { person: '值班员' } });
}

async function shown(page, scope) {
  const image = page.locator(`${scope} .photo img`).first();
  await image.waitFor();
  await until(() => image.evaluate((one) => one.complete && one.naturalWidth > 0), 'the picture');
  assert.match(await image.getAttribute('alt'), /照片/);
}

test('a photo of the arrival, and one with the result that waits for the network', async (rig) => {
  await arrived(rig, 'PIC-1');
  const page = await rig.phone(await rig.account('telecom-p', 'liaison', 'telecom'));
  await page.locator('article.card').getByText('八一路水管爆裂').waitFor();
  await page.getByRole('button', { name: '照片' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('input[type=file]').setInputFiles(picture(2000, 1000, 90));
  await dialog.locator('canvas').waitFor();
  await rig.accessible(page, 'a photo to be sent');
  await rig.picture('phone-photo', page);
  await dialog.getByRole('button', { name: '发送' }).click();
  const [kept] = await until(async () => { const all = await photosOf(rig, 'PIC-1-01'); return all.length && all; }, 'the photo');
  assert.deepEqual([kept.step, kept.type], ['arrived', 'image/jpeg']);
  const { image } = await rig.call('photo.get', { dispatch: 'PIC-1-01', photo: kept.photo });
  const bytes = Buffer.from(image, 'base64');
  assert.deepEqual(sizeOf(bytes), [1600, 800]);
  assert.ok(!bytes.includes(SECRET), 'where it was made');
  await shown(page, 'article.card');
  await page.locator('article.card .photo').first().click();
  await page.getByRole('dialog').locator('img').waitFor();
  await rig.accessible(page, 'a photo, large');
  await page.keyboard.press('Escape');
  // in a lift
  await page.context().setOffline(true);
  await page.waitForTimeout(750);
  await page.locator('.act-main[data-verb=complete]').click();
  const form = page.getByRole('dialog');
  await form.getByLabel('处置结果').fill('已更换阀门');
  await form.locator('input[type=file]').setInputFiles([picture(300, 200, 10), picture(200, 300, 200), picture(64, 64, 30), picture(32, 32, 30)]);
  await until(async () => (await form.locator('canvas').count()) === 3, 'three of the four');
  await form.locator('.photo-new button').nth(2).click();
  await until(async () => (await form.locator('canvas').count()) === 2, 'two');
  await form.getByRole('button', { name: '办完' }).click();
  await page.getByText('已记下 3 步').waitFor();
  assert.equal((await photosOf(rig, 'PIC-1-01')).length, 1);
  await page.context().setOffline(false);
  const all = await until(async () => { const three = await photosOf(rig, 'PIC-1-01'); return three.length === 3 && three; }, 'the two others');
  assert.deepEqual(all.map((one) => one.step), ['arrived', 'completed', 'completed']);
  assert.equal((await rig.call('dispatch.get', { dispatch: 'PIC-1-01' })).state, 'completed');
});

test('the desk and the proof of limits show the photos', async (rig) => {
  await arrived(rig, 'PIC-2');
  const image = picture(40, 20, 120).buffer.toString('base64');
  const { photo } = await rig.call('photo.add', { dispatch: 'PIC-2-01', image });
  const desk = await rig.signedIn('desk1', {}, '#/i/PIC-2');
  await desk.locator('.detail .photo').first().waitFor();
  await shown(desk, '.detail');
  await desk.locator('.detail .photo').first().click();
  await desk.getByRole('dialog').getByText(photo).waitFor();
  await rig.accessible(desk, 'a photo at the desk');
  await rig.picture('desk-photo', desk);
  const office = await rig.signedIn('office1', {}, '#/proof/PIC-2-01');
  await office.getByText('照片 1 张').waitFor();
  await office.getByText(photo).waitFor();
});
