/*
 * crawl.mjs - every screen of every role, taken from the page's own tables of routes, in a city whose people wrote what is hostile.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert, until } from './rig.mjs';

const source = (name) => readFileSync(join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'src', 'page', name), 'utf8');

/* The keys of a table `const NAME = {…};` of a module. */
function keysOf(name, table) {
  const text = source(name);
  const at = text.search(new RegExp(`^const ${table} = \\{`, 'm'));
  assert.ok(at >= 0, `${name} has no table ${table}`);
  const body = text.slice(text.indexOf('{', at) + 1, text.indexOf('};', at));
  return [...body.matchAll(/(?:^|[,\n]\s*|^\s*)'?([a-z0-9-]+)'?:\s/g)].map((match) => match[1]);
}

/* What stands behind a route's name, where it needs something. */
const RESTS = { i: 'HOSTILE-1', d: 'HOSTILE-2-01', proof: 'HOSTILE-1-01', report: '2026Q3', duty: '2026-07', calendar: '2026', rules: 'routing.yaml', of: 'water/late-arrive' };

const screens = () => keysOf('main.mjs', 'screens').filter((name) => name !== 'roles');

export const faces = () => ({
  desk: { account: 'desk1', routes: ['board', 'board/act', 'i', ...keysOf('desk.mjs', 'PAGES'), 'me'] },
  leader: { account: 'lead1', routes: ['board', ...keysOf('desk.mjs', 'PAGES'), ...screens()] },
  phone: { account: 'crawl-water', phone: true, routes: ['', 'd', ...keysOf('phone.mjs', 'LISTS'), 'me'] },
  office: { account: 'office1', routes: [...keysOf('office.mjs', 'screens'), ...keysOf('office.mjs', 'papers'), 'me'] },
  wall: { account: 'wall', routes: ['wall', 'me'] },
  admin: { account: 'admin1', routes: [...keysOf('admin.mjs', 'screens'), 'me'] },
});

export const HOSTILE = '<img src=x onerror="window.hit=1">\u202Egnirts\u200B\u001b[31m' + '好'.repeat(20) + 'a'.repeat(300);
const PERSON = '<b>王\u202E五</b>' + 'w'.repeat(40);

async function step(rig, method, dispatch, more) {
  await rig.call(`dispatch.${method}`, { dispatch, on_behalf: { person: PERSON, phone: '13900000000' }, ...more });
}

/* Incidents in every state, late ones with findings, requests, a measure, a handover; each text in them is hostile. */
export async function hostileCity(rig) {
  const texts = { address: HOSTILE, description: HOSTILE, reporter: { name: HOSTILE.slice(0, 60), phone: 'javascript:alert(1)' } };
  await rig.report('HOSTILE-1', { ...texts, units: ['water'] });
  await step(rig, 'acknowledge', 'HOSTILE-1-01');
  await rig.advance('3h');
  await rig.report('HOSTILE-2', { ...texts, units: ['water'], priority: 'P1' });
  await rig.report('HOSTILE-3', { ...texts, units: ['water'] });
  await rig.report('HOSTILE-4', { ...texts, units: ['water'] });
  await rig.report('HOSTILE-5', { ...texts, units: ['water'] });
  await step(rig, 'return', 'HOSTILE-4-01', { reason: 'not-our-asset', unit: 'urban-management', text: HOSTILE });
  await step(rig, 'arrive', 'HOSTILE-1-01');
  await step(rig, 'progress', 'HOSTILE-1-01', { text: HOSTILE });
  await step(rig, 'complete', 'HOSTILE-3-01', { result: HOSTILE });
  await rig.call('incident.annotate', { number: 'HOSTILE-1', text: HOSTILE });
  await rig.call('incident.urge', { number: 'HOSTILE-1', text: HOSTILE });
  await until(async () => (await rig.call('finding.list', { unit: 'water', limit: 9 })).findings.length, 'the findings');
  const finding = (await rig.call('finding.list', { unit: 'water', limit: 9 })).findings[0].finding;
  await rig.account('crawl-water', 'liaison', 'water');
  await http(rig, 'crawl-water', `/v1/findings/${finding}/appeal`, { text: HOSTILE });
  RESTS.findings = { office: finding };
  await http(rig, 'office1', '/v1/measures', { unit: 'water', measure: 'order', document: 'H<b>1', findings: [finding], until: '2026-07-20T18:00:00+08:00', text: HOSTILE.replace(/[\u001b\u202e\u200b]/g, '') });
  RESTS.order = RESTS.circular = 'H<b>1';
  await http(rig, 'crawl-water', '/v1/units/water/contacts', { contacts: { leader: { name: '<img src=x onerror="window.hit=1">' + 'w'.repeat(60) } }, why: HOSTILE.replace(/[\u001b\u202e\u200b]/g, '').slice(0, 200) });
  await http(rig, 'desk1', '/v1/handovers', { account: 'lead1', text: HOSTILE });
}

async function http(rig, account, path, body) {
  const answer = await fetch(rig.url + path, { method: 'POST', headers: { Authorization: `Bearer ${rig.tokens[account]}`, 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
}

const hashOf = (face, route) => {
  const rest = RESTS[route];
  const more = rest && typeof rest === 'object' ? rest[face] : rest;
  return `#/${route}${more ? '/' + more.split('/').map(encodeURIComponent).join('/') : ''}`;
};

async function settled(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))); // the screen before has gone
  await until(() => page.evaluate(() => document.querySelector('#page').textContent.length > 20 && !document.querySelector('.skeleton, [aria-busy=true]') && !document.querySelector('.live:not(.on)')), `the screen ${page.url()}`, 30000)
    .catch(async (error) => { throw new Error(`${error.message}\n${(await page.locator('#page').innerText()).slice(0, 600)}`); });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/* Calls visit(page, 'face-route', route) at each screen of the given faces. options: of their contexts; those of a phone are a phone's. */
export async function crawl(rig, visit, { only, options = {}, phone = {} } = {}) {
  for (const [name, face] of Object.entries(faces())) {
    if (only && !only.includes(name)) continue;
    const page = face.phone ? await rig.phone(face.account, { ...options, ...phone }) : await rig.signedIn(face.account, options);
    for (const route of face.routes) {
      await page.evaluate((hash) => { location.hash = hash; }, hashOf(name, route));
      if (!face.account.startsWith('wall') && screens().includes(route)) await page.locator(`.${route}`).waitFor(); // a page of its own
      await settled(page);
      await visit(page, `${name}-${(route || 'list').replace('/', '-')}`, route);
    }
    await page.context().close();
  }
}

/* Nothing ran, no element came from a text, and nothing is wider than the window. */
export async function harmless(page, what) {
  assert.equal(await page.evaluate(() => window.hit), undefined, `${what}: a script ran`);
  assert.equal(await page.locator('img, a[href^="javascript"]').count(), 0, `${what}: an element out of a text`);
  const turned = await page.evaluate(() => /[\u202a-\u202e\u200b-\u200f\u001b]/.test(document.body.innerText));
  assert.equal(turned, false, `${what}: what cannot be seen stands in the text`);
}

export async function fits(page, what) {
  const wide = await page.evaluate(() => {
    const over = document.documentElement.scrollWidth - innerWidth;
    return over <= 0 ? '' : `${over} px: ` + [...document.querySelectorAll('#page *')].filter((el) => el.getBoundingClientRect().right > innerWidth + 1 && getComputedStyle(el).position !== 'absolute').slice(0, 5)
      .map((el) => `${el.tagName}.${el.className}`).join(' ');
  });
  assert.equal(wide, '', `${what} is wider than the window: ${wide}`);
}
