/*
 * rig.mjs - what the page's tests stand on: people in browsers of their own, the daemon's console, its clock, and what no page may do
 * (a report of the content policy, an error in the console, a violation that axe finds).
 *
 * The browser's clock stands still at the daemon's manual one, and moves with it (rig.advance); timers run.
 */
import net from 'node:net';
import { createHash, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import assert from 'node:assert/strict';

export { assert };
export const tests = new Map();
export function test(name, fn) {
  tests.set(`${tests.file}: ${name}`, fn);
}

const LIMIT = 45000; // a machine that does much else
const COLOURS = ['color-contrast', 'link-in-text-block']; // what axe finds by colours

/* Waits until fn() is true or gives something; its value. */
export async function until(fn, what = 'condition', limit = LIMIT) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await fn();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${limit} ms for ${what}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

/* A console on the control socket (role local), or with a token. */
class Console {
  constructor(path) {
    this.waiting = new Map();
    this.next = 0;
    this.rest = '';
    this.socket = net.connect(path);
    this.socket.setEncoding('utf8');
    this.socket.on('data', (text) => this.take(text));
    this.socket.on('error', () => {});
  }
  take(text) {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop();
    for (const line of lines) {
      const message = JSON.parse(line);
      const wait = this.waiting.get(message.id);
      if (wait) { this.waiting.delete(message.id); wait(message); }
    }
  }
  call(method, params = {}) {
    const id = ++this.next;
    return new Promise((done, fail) => {
      this.waiting.set(id, (message) => (message.error ? fail(Object.assign(new Error(message.error.message), message.error)) : done(message.result)));
      this.socket.write(JSON.stringify({ jsonrpc: '2.0', id, method, params }) + '\n');
    });
  }
}

const WATCH = () => {
  window.reports = [];
  document.addEventListener('securitypolicyviolation', (event) => window.reports.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
  window.addEventListener('error', (event) => window.reports.push(`error ${event.message}`));
  window.addEventListener('unhandledrejection', (event) => window.reports.push(`rejected ${event.reason && event.reason.stack || event.reason}`));
};

export class Rig {
  constructor(browser, axe, given) {
    Object.assign(this, given); // url, control, pid, tokens {name: token}, pictures, host (run.mjs)
    this.browser = browser;
    this.axe = axe;
    this.contexts = [];
    this.wrong = [];
    this.worlds = new WeakMap(); // page -> {cdp, contextId}
    this.local = new Console(this.control);
  }

  /* -- the daemon ------------------------------------------------------------------------------ */

  call(method, params) { return this.local.call(method, params); }

  async now() {
    return Date.parse((await this.call('session.ping')).time);
  }

  /* The daemon's clock, and that of every page. */
  async advance(duration) {
    await this.call('clock.advance', { duration });
    await this.sameClocks();
  }

  async sameClocks() {
    const now = await this.now();
    for (const context of this.contexts) {
      await context.clock.setFixedTime(now + (context.skew || 0));
      for (const page of context.pages()) await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange'))).catch(() => {});
    }
  }

  /* A report by the desk on the console; its answer. */
  async report(number, members = {}) {
    return this.call('incident.report', { number, received_at: new Date(await this.now()).toISOString().replace('Z', '+00:00'), category: '601301', area: '350881001',
      address: '菁城街道解放路12号', reporter: { name: '张三', phone: '13959001234' }, description: '路面水管爆裂,水柱有两米高', ...members });
  }

  /* An account of a test's own, so that it sees what no other test has made; its name. */
  async account(name, role, unit) {
    if (!this.tokens[name]) {
      const token = randomBytes(32).toString('hex');
      await this.call('account.add', { name, role, token_sha256: createHash('sha256').update(token).digest('hex'), ...(unit && { unit }) });
      this.tokens[name] = token;
    }
    return name;
  }

  /* kill -9 of the role's process; resolves when another one stands in its place. */
  async kill(role) {
    const pids = () => execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(this.pid)], { encoding: 'utf8' }).split('\n')
      .filter((line) => line.split(/\s+/).includes(role)).map((line) => parseInt(line, 10));
    const before = await until(() => pids().length && pids(), `a process ${role}`);
    process.kill(before[0], 'SIGKILL');
    await until(() => pids().length && !pids().includes(before[0]), `a new ${role}`);
  }

  /* The daemon is stopped, the backup that rig.host('backup') made is put in its store's place, and it is started. */
  async restore() {
    this.pid = (await this.host('restore')).pid;
    this.local.socket.destroy();
    this.local = new Console(this.control);
  }

  /* -- people ---------------------------------------------------------------------------------- */

  /* A browser of its own. options: those of a context of playwright; skew in ms; watch: false where reports are expected. */
  async person({ skew = 0, ...options } = {}) {
    const context = await this.browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai', viewport: { width: 1440, height: 900 }, ...options });
    context.setDefaultTimeout(LIMIT);
    context.skew = skew;
    await context.clock.setFixedTime((await this.now()) + skew);
    await context.addInitScript(WATCH);
    this.contexts.push(context);
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource|net::ERR_|error occurred when fetching the script/.test(message.text())) this.wrong.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.wrong.push(`page: ${error.stack}`));
    this.last = page;
    return page;
  }

  /* Signed in by the account's token, as the page does it. */
  async signIn(page, account, hash = '') {
    await page.goto(`${this.url}/${hash}`);
    await page.locator('.sign input').fill(this.tokens[account]);
    await page.locator('.sign button.main').click();
    await page.locator('.sign').waitFor({ state: 'detached' });
    return page;
  }

  async signedIn(account, options, hash) {
    return this.signIn(await this.person(options), account, hash);
  }

  phone(account, options = {}) {
    return this.signedIn(account, { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, ...options });
  }

  /* -- what must hold ---------------------------------------------------------------------------- */

  /* An isolated world of the page, where its policy does not hold, with axe in it; the same one as long as the document stands. */
  async axeWorld(page) {
    const kept = this.worlds.get(page);
    const there = kept && await kept.cdp.send('Runtime.evaluate', { contextId: kept.contextId, expression: 'typeof axe', returnByValue: true }).catch(() => null);
    if (there && there.result.value === 'object') return kept;
    const cdp = kept ? kept.cdp : await page.context().newCDPSession(page);
    const { frameTree } = await cdp.send('Page.getFrameTree');
    const { executionContextId: contextId } = await cdp.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id, worldName: 'axe' });
    await cdp.send('Runtime.evaluate', { contextId, expression: readFileSync(this.axe, 'utf8') });
    const world = { cdp, contextId };
    this.worlds.set(page, world);
    return world;
  }

  /* rules: those alone; else all of WCAG 2.2 AA and of good practice. */
  async violations(page, rules) {
    const { cdp, contextId } = await this.axeWorld(page);
    const { result, exceptionDetails } = await cdp.send('Runtime.evaluate', { contextId, awaitPromise: true, returnByValue: true,
      expression: `axe.run(document, {runOnly: ${JSON.stringify(rules ? { type: 'rule', values: rules } : ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])}}).then((r) => r.violations.map((v) => v.id + ': ' + v.help + '\\n' + v.nodes.slice(0, 4).map((n) => '    ' + n.target.join(' ') + '  ' + n.failureSummary).join('\\n')))` });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return result.value;
  }

  /* No violation in light; in dark the same elements stand in other colours, so that only these are looked at again. */
  async accessible(page, what) {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      const found = await this.violations(page, colorScheme === 'dark' ? COLOURS : undefined);
      assert.deepEqual(found, [], `${what} in ${colorScheme}:\n${found.join('\n')}`);
    }
    await page.emulateMedia({ colorScheme: 'light' });
  }

  async picture(name, page = this.last) {
    if (!this.pictures || !page || page.isClosed()) return;
    mkdirSync(this.pictures, { recursive: true });
    await page.screenshot({ path: `${this.pictures}/${name}.png`, timeout: 5000 }).catch(() => {});
  }

  async check() {
    for (const context of this.contexts)
      for (const page of context.pages())
        this.wrong.push(...await page.evaluate(() => window.reports || []).catch(() => []));
    assert.deepEqual(this.wrong, [], 'what the browser complained of');
  }

  async close() {
    for (const context of this.contexts) await context.close().catch(() => {});
    this.local.socket.destroy();
  }
}
