/*
 * screenshots.mjs - the pictures for README.md, of the running page: screenshots.mjs TOOLS RIG FOLDER, started by screenshots.py
 */
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { Rig } from '../tests/page/rig.mjs';

const [tools, given, folder] = process.argv.slice(2);
const { chromium } = createRequire(resolve(tools, 'node_modules', 'x.js'))('playwright-core');
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-lcd-text'] });
const rig = new Rig(browser, '', JSON.parse(given));

async function picture(page, name) {
  await page.locator('.live.on').waitFor();
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(folder, name) });
}

const desk = await rig.signedIn('desk-1', { viewport: { width: 1360, height: 820 } });
await desk.locator('.row').nth(6).waitFor();
await desk.locator('.row', { hasText: '电梯' }).click();
await desk.locator('.detail .unit').first().waitFor();
await desk.locator('#new-words').fill('东环路口一棵大树被风刮倒,压住一辆车,');
await desk.getByLabel('地址').fill('菁城街道东环路口');
await desk.locator('.proposal').waitFor();
await picture(desk, 'desk.png');
const phone = await rig.phone('water-1', { viewport: { width: 360, height: 700 }, deviceScaleFactor: 1.5 });
await phone.locator('article.card').waitFor();
await picture(phone, 'phone.png');
await rig.check();
await rig.close();
await browser.close();
