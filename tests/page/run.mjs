/*
 * run.mjs - runs the page's tests in one Chromium: run.mjs TOOLS FILE …
 *
 * Reads lines of JSON: {"test": "FILE: name", "rig": {…}}; answers each with a line: {"ok": true} or {"ok": false, "error": "…"}. The rig
 * says where the daemon is (rig.mjs). A test that needs the machine (rig.host) is answered in between: {"host": "restore"}, then a line
 * of JSON. pytest (tests/e2e/test_85_page.py) starts it and the daemon, and has a test for each.
 */
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Rig, tests } from './rig.mjs';

const [tools, ...files] = process.argv.slice(2);
const require = createRequire(resolve(tools, 'node_modules', 'x.js'));
const { chromium } = require('playwright-core');
const axe = require.resolve('axe-core/axe.min.js');

const LIMIT = process.env.LIANDONG_PAGE === 'all' ? 600000 : 120000; // of one test, on a machine that does much else
let browser = null;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/* What only who started the daemon can do: `backup`, `restore`. */
async function host(what) {
  process.stdout.write(JSON.stringify({ host: what }) + '\n');
  return JSON.parse((await lines.next()).value);
}

async function run(request) {
  const test = tests.get(request.test);
  if (!test) throw new Error(`no test ${request.test}`);
  browser = browser || await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'] });
  const rig = new Rig(browser, axe, { ...request.rig, host });
  try {
    const late = new Promise((_, fail) => setTimeout(() => fail(new Error(`not done in ${LIMIT / 1000} s`)), LIMIT).unref());
    await Promise.race([test(rig).then(() => rig.check()), late]);
  } catch (error) {
    await rig.picture('failed');
    throw error;
  } finally {
    await rig.close();
  }
}

for (const file of files) {
  tests.file = basename(file).split('.')[0];
  await import(pathToFileURL(resolve(file)));
}
for await (const line of lines) {
  let answer = { ok: true };
  try {
    await run(JSON.parse(line));
  } catch (error) {
    answer = { ok: false, error: String(error && error.stack || error) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
if (browser) await browser.close();
