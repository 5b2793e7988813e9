import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Plan } from '../../src/plan/model/plan.ts';
import { loadPlan, type LoadResult } from '../../src/plan/load.ts';
import type { Environment } from '../../src/plan/read/substitute.ts';

export interface Loaded extends LoadResult {
  /** The folder that the files stood in; it is gone. */
  readonly folder: string;
}

/** Writes files into a folder of their own and loads the first of them, or the folder itself when `entry` is `.`. */
export async function loadFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: { readonly entry?: string; readonly env?: Environment } = {},
): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-plan-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    const entry = options.entry ?? Object.keys(files)[0] ?? '.';
    return { folder, ...(await loadPlan(join(folder, entry), { env: options.env ?? {} })) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A plan that must be without errors. */
export async function planOf(text: string, env: Environment = {}): Promise<Plan> {
  const { plan, diagnostics } = await loadFiles({ 'muster.yaml': text }, { env });
  if (!plan) throw new Error(diagnostics.map(({ line, code, message }) => `${line}: ${code}: ${message}`).join('\n'));
  return plan;
}

/** `line:column code` of each diagnostic. */
export function placesOf({ diagnostics }: LoadResult): readonly string[] {
  return diagnostics.map(({ line, column, code }) => `${line}:${column} ${code}`);
}
