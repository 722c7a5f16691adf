/*
 * squeezed.mjs - what scripts/page.py takes out of a module means nothing: squeezed.mjs TOOLS
 *
 * Each source and its squeezed form must have the same tree, but for the blanks at the line starts of templates.
 */
import { createRequire } from 'node:module';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(resolve(process.argv[2], 'node_modules', 'x.js'));
const acorn = require('acorn');
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const PYTHON = `
import json, sys
sys.path.insert(0, sys.argv[1])
import page
print(json.dumps([page.squeezed(open(path, encoding="utf-8").read()) for path in sys.argv[2:]]))`;

function bare(node) {
  if (Array.isArray(node)) return node.map(bare);
  if (!node || typeof node !== 'object') return node;
  const out = {};
  for (const [key, value] of Object.entries(node))
    if (!/^(start|end|raw)$/.test(key)) out[key] = node.type === 'TemplateElement' && key === 'value' ? value.cooked.replace(/\n\s+/g, '\n') : value instanceof RegExp ? String(value) : bare(value);
  return out;
}

const tree = (text) => JSON.stringify(bare(acorn.parse(text, { ecmaVersion: 2020, sourceType: 'module' })));
const files = ['src/page', 'src/page/vendor'].flatMap((folder) => readdirSync(join(root, folder)).filter((name) => /\.m?js$/.test(name)).map((name) => join(root, folder, name)));
const squeezed = JSON.parse(execFileSync('python3', ['-c', PYTHON, join(root, 'scripts'), ...files], { encoding: 'utf8', maxBuffer: 1 << 26 }));
const wrong = files.filter((file, i) => tree(readFileSync(file, 'utf8')) !== tree(squeezed[i]));
for (const file of wrong) console.log(`${file}: squeezing changed what it means`);
process.exit(wrong.length || files.length < 10 ? 1 : 0);
