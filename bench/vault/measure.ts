import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

/*
 * Runs a program and prints what it took: `node measure.ts PROGRAM ARGUMENT…`. A process of its own for each, because
 * the system only tells the greatest memory of all children that a process has had.
 */

interface Koffi {
  load(library: null): { func(signature: string): (...values: unknown[]) => number };
}

const [program = '', ...parameters] = process.argv.slice(2);
const start = performance.now();
const { status, stderr, error } = spawnSync(program, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
const seconds = (performance.now() - start) / 1000;
if (status !== 0) throw error ?? new Error(`${program} ${parameters.join(' ')} failed: ${stderr.toString()}`);
console.log(JSON.stringify({ seconds, ...usageOfChildren() }));

/** `struct rusage`: user and system time as seconds and microseconds, then the greatest resident size in KiB. */
function usageOfChildren(): { readonly cpu: number; readonly mebibytes: number } {
  // The part of koffi that is used.
  const koffi = createRequire(import.meta.url)('koffi') as Koffi;
  const fields = new BigInt64Array(18);
  koffi.load(null).func('int getrusage(int who, int64_t *usage)')(-1, fields);
  const [seconds = 0n, micros = 0n, systemSeconds = 0n, systemMicros = 0n, kibibytes = 0n] = fields;
  const cpu = Number(seconds + systemSeconds) + Number(micros + systemMicros) / 1e6;
  return { cpu, mebibytes: Number(kibibytes) / 1024 };
}
