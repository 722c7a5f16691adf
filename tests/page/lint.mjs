/*
 * lint.mjs - what no module and no style sheet of the page may hold: lint.mjs TOOLS [FOLDER]
 *
 * Syntax beyond ES2020 (acorn), what came into browsers later than 2020, a way from a text to markup or code, a word that is not in the
 * table of words, a row of that table without its English. Prints FILE:LINE: what; ends with 1 where something is found.
 */
import { createRequire } from 'node:module';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [tools, given] = process.argv.slice(2);
const require = createRequire(resolve(tools, 'node_modules', 'x.js'));
const acorn = require('acorn');
const folder = given || join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'src', 'page');

const MARKUP = new Set(['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'dangerouslySetInnerHTML', 'createContextualFragment', 'setHTML', 'setHTMLUnsafe', 'parseFromString', 'srcdoc']);
const LATER = new Set(['replaceAll', 'findLast', 'findLastIndex', 'hasOwn', 'structuredClone', 'toSorted', 'toReversed', 'toSpliced', 'groupBy', 'withResolvers', 'replaceChildren']);
const CODE = new Set(['eval', 'Function', 'importScripts', 'WeakRef']);
const STYLES = [[/\binset:/, 'inset'], [/:has\(/, ':has()'], [/:is\(|:where\(/, ':is()'], [/aspect-ratio/, 'aspect-ratio'], [/\d[dsl]v[hw]\b/, 'dvh'], [/@layer|@container/, 'layers'],
  [/@import|url\(/, 'what is loaded from elsewhere']];

let found = 0;
function say(file, line, what) {
  found++;
  console.log(`src/page/${file}:${line}: ${what}`);
}

const files = (path = '') => readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? files(join(path, entry.name)) : [join(path, entry.name)]));

function walk(node, fn, above) {
  if (!node || typeof node.type !== 'string') return;
  fn(node, above);
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value]) if (child && typeof child.type === 'string') walk(child, fn, node);
}

const rows = new Map(), used = [];

/* The texts that an expression may be: itself, or those that it chooses from. */
function literals(node) {
  if (!node) return [];
  if (node.type === 'Literal') return [node.value];
  if (node.type === 'ConditionalExpression') return [...literals(node.consequent), ...literals(node.alternate)];
  return node.type === 'LogicalExpression' ? literals(node.right) : [];
}

function look(file, node, above) {
  const line = node.loc.start.line;
  const name = node.type === 'Identifier' ? node.name : node.type === 'Literal' ? node.value : null;
  if (MARKUP.has(name)) say(file, line, `${name}: a text must never become markup`);
  if (node.type === 'Identifier' && CODE.has(name) && !(above.type === 'MemberExpression' && above.property === node)) say(file, line, `${name}: a text must never become code`);
  if (node.type === 'Identifier' && LATER.has(name)) say(file, line, `${name}: browsers of 2020 do not have it`);
  if (node.type === 'MemberExpression' && !node.computed && node.property.name === 'at' && above.type === 'CallExpression' && above.callee === node) say(file, line, '.at(): browsers of 2020 do not have it');
  if (node.type === 'CallExpression' && /^(setTimeout|setInterval)$/.test(node.callee.name) && node.arguments[0].type === 'Literal') say(file, line, `${node.callee.name} of a text`);
  if (node.type === 'CallExpression' && node.callee.name === 'w') for (const key of literals(node.arguments[0])) used.push([file, line, key]);
  if (node.type === 'CallExpression' && node.callee.name === 'words' && node.arguments[0] && node.arguments[0].type === 'ObjectExpression') node.arguments[0].properties.forEach((p) => addRow(file, p));
}

function addRow(file, property) {
  const key = String(property.key.name || property.key.value), line = property.loc.start.line;
  if (rows.has(key)) say(file, line, `words: ${key} stands in ${rows.get(key)}, too`);
  rows.set(key, file);
  const both = property.value.elements || [];
  if (both.length !== 2 || both.some((one) => typeof one.value !== 'string' || !one.value)) say(file, line, `words: ${key} needs Chinese and English`);
}

for (const file of files()) {
  const text = readFileSync(join(folder, file), 'utf8');
  if (/\.m?js$/.test(file)) {
    let tree;
    try {
      tree = acorn.parse(text, { ecmaVersion: 2020, sourceType: 'module', locations: true });
    } catch (error) {
      say(file, error.loc ? error.loc.line : 1, `not ES2020: ${error.message}`);
      continue;
    }
    if (!file.startsWith('vendor')) walk(tree, (node, above) => look(file, node, above || {}));
  }
  if (file.endsWith('.css'))
    text.split('\n').forEach((line, i) => { for (const [pattern, what] of STYLES) if (pattern.test(line)) say(file, i + 1, `${what}: not for browsers of 2020, or not for this page`); });
}
for (const [file, line, key] of used) if (!rows.has(key)) say(file, line, `words: there is no row ${key}`);
process.exit(found ? 1 : 0);
