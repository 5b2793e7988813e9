import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { controlGroup } from './memory/control-group.ts';
import { hole, smallFiles } from './memory/sources.ts';
import { buildOperation, removeBuild } from './vault/build.ts';

/*
 * Shows that the memory of a vault's operations does not grow with what is backed up: `node bench/memory.ts [--files
 * 1000000] [--limit 256] [--folder PLACE]`. All run inside a control group of so many MiB, where this may make one, so
 * that one which takes more is killed; the caches of the system count there too, and give way, but not files in memory:
 * PLACE is on a disk. The last lines say what one more piece takes while it is stored, and when it is known.
 */

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '1000000' },
    limit: { type: 'string', default: '256' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const folder = mkdtempSync(join(values.folder, 'muster-memory-'));
const files = Number(values.files);
const group = controlGroup(Number(values.limit) * 2 ** 20);
const environment = { ...process.env, RESTIC_PASSWORD: 'benchmark' };
const operationProgram = buildOperation();
const measure = join(import.meta.dirname, 'vault/measure.ts');

try {
  console.log(group ? `limit ${values.limit} MiB, by the system` : 'no limit: control groups can not be made here');
  console.log('\nMiB at most | first | unchanged | restore | check');
  report('10 files', smallFiles(join(folder, 'few'), { files: 10, contents: 10 }));
  report('50 GiB of hole in one file', hole(join(folder, 'hole')), ['first', 'again', 'check']);
  report(`${files} files, 1000 contents`, smallFiles(join(folder, 'many'), { files, contents: 1000 }));
  const contents = Math.round(files / 2.5);
  const more = report(
    `${contents} files, all different`,
    smallFiles(join(folder, 'more'), { files: contents, contents }),
  );
  const half = contents / 2;
  const less = report(
    `${half} files, all different`,
    smallFiles(join(folder, 'less'), { files: half, contents: half }),
  );
  console.log('');
  for (const [i, what] of ['stored', 'known'].entries()) {
    const bytes = (((more[i] ?? 0) - (less[i] ?? 0)) * 2 ** 20) / half;
    console.log(`${Math.round(bytes)} bytes for one more piece that is ${what}`);
  }
} finally {
  group?.close();
  removeBuild();
  rmSync(folder, { recursive: true });
}

type Operation = 'first' | 'again' | 'restore' | 'check';

function report(
  what: string,
  source: string,
  operations: readonly Operation[] = ['first', 'again', 'restore', 'check'],
) {
  const vault = `${source}-vault`;
  run('create', [vault]);
  const peaks = operations.map((operation) =>
    run(operation, [vault, operation === 'restore' ? target(source) : source]),
  );
  console.log(`${what} | ${peaks.map((peak) => Math.round(peak)).join(' | ')}`);
  return peaks;
}

function target(source: string): string {
  mkdirSync(`${source}-restored`);
  return `${source}-restored`;
}

/** MiB at most. */
function run(operation: string, paths: readonly string[]): number {
  const [program, ...before] = [...(group?.enter ?? []), process.execPath, measure, process.execPath];
  const printed = execFileSync(program, [...before, operationProgram, operation, ...paths], { env: environment });
  return (JSON.parse(printed.toString()) as { readonly mebibytes: number }).mebibytes;
}
