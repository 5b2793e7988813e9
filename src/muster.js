#!/usr/bin/env node
// Plain JavaScript that any Node understands, so that an old one gets a sentence in place of a syntax error.
import { existsSync } from 'node:fs';
import module from 'node:module';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 24 || (major === 24 && minor < 12)) {
  console.error(`muster needs Node 24.12 or newer; this is Node ${process.versions.node}.`);
  console.error('Install one, or add "node": "24.x" to the devDependencies of your project and start muster with npx.');
  process.exitCode = 2;
} else {
  module.enableCompileCache?.();
  // A checkout runs its TypeScript directly; an installed package has dist/ only.
  const source = new URL('./cli/main.ts', import.meta.url);
  const { main } = await import(existsSync(source) ? source.href : '../dist/cli/main.js');
  process.exitCode = await main(process.argv.slice(2));
}
