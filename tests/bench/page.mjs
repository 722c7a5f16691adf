/*
 * page.mjs - what the page costs: page.mjs TOOLS RIG SECONDS, a part of bench.py (S16).
 *
 * RIG is what tests/page/rig.mjs takes, as JSON. Prints one line of JSON: gzipped bytes until a face shows something, the first paint over
 * loopback and over a slow phone network, frames while 1,000 incidents are open and 100 of them change each second, key and event to the
 * screen, and what the heap has grown by after the events of eight hours.
 */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { Rig, until } from '../page/rig.mjs';

const [tools, given, seconds] = process.argv.slice(2);
const require = createRequire(resolve(tools, 'node_modules', 'x.js'));
const { chromium } = require('playwright-core');
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--enable-precise-memory-info'] });
const rig = new Rig(browser, '', JSON.parse(given));
const OPEN = 1000, CHANGES = 100, HOURS_EVENTS = 4000;
const SLOW = { offline: false, latency: 400, downloadThroughput: 150000, uploadThroughput: 50000 };

const part = (list, p) => list.slice().sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * p))];
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function person(account, phone) {
  const size = phone ? { width: 360, height: 740 } : { width: 1440, height: 900 };
  const context = await browser.newContext({ viewport: size, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', serviceWorkers: 'block', ...(phone && { deviceScaleFactor: 2, isMobile: true, hasTouch: true }) });
  const page = await rig.signIn(await context.newPage(), account);
  return page;
}

/* Opened anew with an empty cache: until something of the face is there. */
async function opened(page, what, network) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  const times = [];
  let bytes = 0;
  for (let i = 0; i < 5; i++) {
    await cdp.send('Network.clearBrowserCache');
    if (network) await cdp.send('Network.emulateNetworkConditions', network);
    await page.goto('about:blank');
    await page.goto(rig.url);
    await page.locator(what).first().waitFor();
    const got = await page.evaluate(() => {
      const files = performance.getEntriesByType('resource').filter((one) => /\/page\/[^/]+\.(mjs|css|svg)$/.test(one.name));
      const [page1] = performance.getEntriesByType('navigation'), [paint] = performance.getEntriesByName('first-contentful-paint');
      return { at: paint ? paint.startTime : NaN, bytes: files.reduce((sum, one) => sum + one.encodedBodySize, page1.encodedBodySize) };
    });
    times.push(got.at);
    bytes = got.bytes;
  }
  return { bytes, paint: part(times, 0.5) };
}

async function frames(page, length) {
  await page.evaluate(() => {
    window.frames1 = []; window.tasks1 = [];
    let last = 0;
    const step = (at) => { if (last) window.frames1.push(at - last); last = at; window.step1 = requestAnimationFrame(step); };
    requestAnimationFrame(step);
    window.watch1 = new PerformanceObserver((list) => window.tasks1.push(...list.getEntries().map((one) => one.duration)));
    window.watch1.observe({ entryTypes: ['longtask'] });
  });
  const end = Date.now() + length * 1000;
  for (let i = 0; Date.now() < end; i++) {
    rig.call('incident.urge', { number: `B-${(i * 7) % OPEN}` }).catch(() => {});
    await pause(Math.max(0, 1000 / CHANGES - 1));
  }
  const got = await page.evaluate(() => {
    cancelAnimationFrame(window.step1);
    window.watch1.disconnect();
    return { frames: window.frames1, task: Math.max(0, ...window.tasks1), nodes: document.querySelectorAll('*').length };
  });
  return { frame: part(got.frames, 0.99), task: got.task, nodes: got.nodes, frames: got.frames.length };
}

/* From the key's own instant until the frame that follows it is painted. */
async function keys(page, n) {
  await page.evaluate(() => {
    window.keys1 = [];
    document.addEventListener('keydown', (event) => requestAnimationFrame(() => setTimeout(() => window.keys1.push(performance.now() - event.timeStamp))), true);
  });
  await page.keyboard.press('Escape');
  for (let i = 0; i < n; i++) {
    await page.keyboard.press(i % 40 < 20 ? 'j' : 'k');
    await pause(30);
  }
  await page.locator('#new-words').focus();
  await page.keyboard.type('路口地下水管爆裂水漫到路上有人摔倒请快来'.slice(0, 20), { delay: 30 });
  const all = await page.evaluate(() => window.keys1);
  return { p50: part(all, 0.5), p99: part(all, 0.99) };
}

/* From the console's request until the board counts the incident: its row may lie below what is in sight. */
async function events(page, n) {
  const out = [], count = () => page.evaluate(() => Number(document.querySelector('.tabs b').textContent));
  for (let i = 0; i < n; i++) {
    const number = `E-${i}`, before = await count();
    const seen = page.evaluate((least) => new Promise((done) => {
      const look = () => (Number(document.querySelector('.tabs b').textContent) > least ? done(performance.timeOrigin + performance.now()) : requestAnimationFrame(look));
      look();
    }), before);
    const sent = performance.timeOrigin + performance.now();
    await rig.report(number, { priority: 'P1', address: `菁城街道事件路${i}号` });
    out.push(await seen - sent);
    await rig.call('incident.cancel', { number });
    await until(async () => await count() === before, 'the board without it');
  }
  return part(out, 0.99);
}

/* A desk has some 500 events an hour: incidents come, are urged, and go. */
async function hours(page) {
  const cdp = await page.context().newCDPSession(page);
  const heap = async () => { await pause(1500); await cdp.send('HeapProfiler.collectGarbage'); return (await cdp.send('Runtime.getHeapUsage')).usedSize; };
  const some = async (n, name) => {
    for (let i = 0; i < n; i += 4) {
      const number = `${name}-${i}`;
      await rig.report(number, { address: `菁城街道长路${i}号` });
      await rig.call('incident.urge', { number });
      await rig.call('incident.cancel', { number });
    }
  };
  await some(400, 'W');
  const before = await heap();
  await some(HOURS_EVENTS, 'H');
  return (await heap()) - before;
}

const out = {};
await rig.report('PHONE-1', { units: ['water'] });
const phone = await person('water1', true);
out.phone = await opened(phone, 'article.card');
out.phone_slow = await opened(phone, 'article.card', SLOW);
await phone.context().close();
for (let i = 0; i < OPEN; i += 50)
  await Promise.all(Array.from({ length: 50 }, (_, k) => rig.report(`B-${i + k}`, { address: `菁城街道解放路${i + k}号` })));
const desk = await person('desk1');
out.desk = await opened(desk, '.row');
await desk.locator('.live.on').waitFor();
out.frames = await frames(desk, Number(seconds));
out.key = await keys(desk, 100);
out.event = await events(desk, 60);
await until(async () => (await desk.locator('.row').count()) > 0, 'rows');
out.heap = await hours(desk);
process.stdout.write(JSON.stringify(out) + '\n');
await browser.close();
rig.local.socket.destroy();
