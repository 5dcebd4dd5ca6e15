#!/usr/bin/env node
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 22)) {
  console.error(`error [node-version] odoo-gate needs Node 22.22 or later; this is ${process.versions.node}.`);
  console.error('  do: Install a current Node (in the checkout, `npm run setup` brings one).');
  process.exit(2);
}
// What was compiled once is not compiled again: half of the start of a short command.
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
nodeModule.enableCompileCache?.(join(cache, 'odoo-gate', 'compiled'));
// The checkout runs its TypeScript as it is; the package ships it compiled.
const source = new URL('./main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/cli/main.js', import.meta.url).href);
