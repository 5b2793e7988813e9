import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
/** Below the project's modules, so that what is built finds them. */
const place = join(root, `node_modules/.cache/muster-bench-${process.pid}`);

/**
 * Builds what an installed package runs, and returns the program of one operation: TypeScript that is stripped when it
 * is loaded costs memory and time that nobody but a developer of muster pays.
 */
export function buildOperation(kind: 'vault' | 'remote' = 'vault'): string {
  mkdirSync(place, { recursive: true });
  const compilerOptions = { rootDir: root, outDir: join(place, 'out'), declaration: false, skipLibCheck: true };
  const include = [join(root, 'src'), join(root, `bench/${kind}/operation.ts`)];
  const exclude = [join(root, 'src/muster.js')];
  const config = { extends: join(root, 'tsconfig.build.json'), compilerOptions, include, exclude };
  writeFileSync(join(place, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(place, 'package.json'), '{"type":"module"}');
  // Mistakes of types are for `npm run check` to find.
  spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', place]);
  return join(place, `out/bench/${kind}/operation.js`);
}

/** Takes it away again. */
export function removeBuild(): void {
  rmSync(place, { recursive: true, force: true });
}
