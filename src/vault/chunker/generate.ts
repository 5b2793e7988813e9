import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemble } from './generate-binary.ts';

/* Assembles rabin.wat into rabin-binary.ts: `npm run generate:chunker`. */

const source = readFileSync(join(import.meta.dirname, 'rabin.wat'), 'utf8');
writeFileSync(join(import.meta.dirname, 'rabin-binary.ts'), await assemble(source));
