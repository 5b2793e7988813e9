import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { renderGraph } from '../src/observe/graph/render.ts';
import { recoveryGraph } from '../src/order/graph.ts';
import { loadPlan } from '../src/plan/load.ts';
import { yamlOptions } from '../src/plan/read/parse.ts';
import { validatePlan } from '../src/plan/schema/validators.js';

/*
 * Loads a plan of 5,000 systems and compares with what is the least that any reader of such plans does: parse the
 * YAML, make plain values of it, and compare them with the schema. Both take turns; the fastest round of each counts,
 * because whatever else the machine does only ever adds to a time.
 */

const systems = 5000;
const rounds = Number(process.argv[2] ?? 5);

export function largePlan(count: number): string {
  const lines = [head, 'systems:'];
  for (let index = 0; index < count; index += 1) lines.push(systemText(index));
  return `${lines.join('\n')}\n`;
}

const head = `muster: 1
name: large
timezone: Europe/Berlin
extends: [muster:retention/standard]
keys:
  main: { passphrase: { env: MUSTER_PASSPHRASE } }
storage:
  primary: { type: local, path: /backup/primary, capacity: 10TiB, location: room-1 }
  second: { type: local, path: /backup/second, location: room-2 }
tiers:
  important:
    priority: 1
    objectives: { rto: 1h, rpo: 6h, copies: 2, proof: 30d }
    storage: { to: primary, copies: [second] }
    retention: gfs
    verify: { level: standard }
    schedules:
      frequent: { backup: incremental, every: 4h }
      weekly: { backup: full, cron: "0 3 * * 0" }
  normal:
    priority: 10
    objectives: { rto: 8h, rpo: 1d }
    storage: { to: primary }
    retention: thirty-days
    schedules:
      daily: { backup: incremental, cron: daily }
probes:
  alive: { http: { url: "https://shop.example/health" }, expect: 'response.status == 200' }
`;

function systemText(index: number): string {
  const needs = [Math.floor(index / 2), Math.floor(index / 3)].filter((need) => need < index);
  const names = [...new Set(needs)].map((need) => `system-${need}`);
  return `  system-${index}:
    description: System number ${index} of the large plan.
    tier: ${index % 3 === 0 ? 'important' : 'normal'}
    needs: [${names.join(', ')}]
    source:
      type: ${index % 5 === 0 ? 'sqlite' : 'files'}
      ${index % 5 === 0 ? `path: /srv/system-${index}/data.db` : `paths: [/srv/system-${index}/etc, "/srv/system-${index}/data"]\n      exclude: ["*.tmp", cache/]`}
    schedules:
      nightly: { backup: full, cron: "${index % 60} ${index % 24} * * *", timeout: 2h }
    probes: [alive]
    recovery: { estimate: ${1 + (index % 50)}m }`;
}

async function measure(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-bench-'));
  try {
    const text = largePlan(systems);
    const path = join(folder, 'muster.yaml');
    await writeFile(path, text);
    const least: number[] = [];
    const full: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      least.push(await measure(async () => check(validatePlan(parseDocument(text, yamlOptions).toJS()), 'schema')));
      full.push(await measure(async () => check((await loadPlan(path, { env: {} })).plan !== undefined, 'plan')));
    }
    report(text, Math.min(...least), Math.min(...full));
    await reportGraph(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The recovery order of the same plan, worked out and drawn. */
async function reportGraph(path: string): Promise<void> {
  const { plan } = await loadPlan(path, { env: {} });
  if (!plan) throw new Error('the plan of the benchmark is not valid');
  const seconds = await measure(async () => renderGraph(recoveryGraph(plan), 'svg'));
  console.log(`graph, as SVG              ${seconds.toFixed(3)} s (at most 1.000)`);
  if (seconds > 1) process.exitCode = 1;
}

function check(sound: boolean, what: string): void {
  if (!sound) throw new Error(`the ${what} refused the plan of the benchmark`);
}

function report(text: string, least: number, full: number): void {
  console.log(`systems                    ${systems}`);
  console.log(`size                       ${(text.length / 1e6).toFixed(2)} MB`);
  console.log(`YAML and schema alone      ${least.toFixed(3)} s`);
  console.log(`loadPlan                   ${full.toFixed(3)} s`);
  console.log(`ratio                      ${(full / least).toFixed(2)} (at most 1.50)`);
  if (full / least > 1.5) process.exitCode = 1;
}

if (import.meta.main) await main();
