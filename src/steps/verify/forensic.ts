import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaptureManifest } from '../../base/backup.ts';
import { fromBytePath, toBytePath } from '../../base/capture.ts';
import type { Milliseconds } from '../../base/clock.ts';
import type { SourceDefinition } from '../../plan/model/system.ts';
import type { RestoreSourceResult, SourceCheck } from '../../sources/source.ts';
import type { CompareResult, Vault, VaultCheck, VerifyResult } from '../../vault/vault.ts';
import type { StepContext } from '../handler.ts';
import { fetchFrom, readFrom } from '../restore/fetch.ts';
import { requireSpace } from '../restore/space.ts';
import { sourceOf } from '../source-of.ts';
import { removeScratch } from './remove-scratch.ts';
import type { Stages } from './stages.ts';

export interface TrialRequest {
  readonly vault: Vault;
  readonly snapshot: string;
  readonly definition: SourceDefinition;
  readonly manifest: CaptureManifest;
  readonly bytes: number;
  readonly stages: Stages;
}

export interface Trial extends VerifyResult {
  /** The restore alone, without what was checked afterwards. */
  readonly restoreMs: Milliseconds;
  /** True when all is back and every check was made and passed. */
  readonly proven: boolean;
}

/**
 * Restores a backup by the same code as any restore, to a folder of its own, lets the source check it, and reads every
 * byte back. The folder is removed. Throws `no-space`, and what the source throws.
 */
export async function tryRestore(request: TrialRequest, context: StepContext): Promise<Trial> {
  const folder = await mkdtemp(join(await context.scratch(), 'forensic-'));
  try {
    await requireSpace(folder, request.bytes);
    const startedAt = context.clock.now();
    const restored = await restoreTo(folder, request, context);
    const restoreMs = Math.max(0, context.clock.now() - startedAt);
    request.stages.next(request.bytes);
    const compared = await compare(folder, request, context);
    return { ...judge(restored, compared), restoreMs };
  } finally {
    await removeScratch(folder);
  }
}

async function restoreTo(folder: string, request: TrialRequest, context: StepContext): Promise<RestoreSourceResult> {
  const { vault, snapshot, definition, manifest, stages } = request;
  const onProgress = stages.report;
  return await (
    await sourceOf(definition, context)
  ).restore(definition, {
    place: { kind: 'folder', path: folder, purpose: 'trial' },
    paths: [],
    overwrite: 'never',
    manifest,
    entries: () => vault.entries(snapshot),
    fetch: (fetch) => fetchFrom({ vault, snapshot }, fetch, { ...context, onProgress }),
    read: (path) => readFrom({ vault, snapshot }, path),
    clock: context.clock,
    signal: context.signal,
  });
}

async function compare(folder: string, request: TrialRequest, { signal }: StepContext): Promise<CompareResult> {
  const { vault, snapshot, stages } = request;
  return await vault.compare({ snapshot, folder: toBytePath(folder), signal, onProgress: stages.report });
}

function judge(
  { missing, checks, files, bytes }: RestoreSourceResult,
  compared: CompareResult,
): Omit<Trial, 'restoreMs'> {
  const made = checks.filter(({ skipped }) => skipped !== true);
  const left = checks.filter(({ skipped }) => skipped === true);
  const all = [restoreCheck(missing, files, bytes), comparisonCheck(compared), ...made.map(sourceCheck(made.length))];
  const proven = left.length === 0 && made.length > 0 && all.every(({ passed }) => passed);
  return { checks: all, notTested: [...left.map(({ name, detail }) => `${name}: ${detail}`), ...never], proven };
}

/** What even a restore into isolation does not show. */
const never = [
  'the programs that use the data, and the probes of the system: they ask the live system',
  'a restore in place, and on another machine',
];

function restoreCheck(missing: RestoreSourceResult['missing'], files: number, bytes: number): VaultCheck {
  const passed = missing.length === 0;
  const [first] = missing;
  const fault = `${missing.length} entries did not come back whole, first ${first?.path}: ${first?.detail}`;
  const detail = `${files} entries with ${bytes} bytes were restored to an empty folder`;
  return { name: 'restore', passed, weight: 3, integrity: true, detail: passed ? detail : fault };
}

function comparisonCheck({ count, differences, files, bytes }: CompareResult): VaultCheck {
  const passed = count === 0;
  const named = differences.slice(0, 5).map(({ path, detail }) => `${fromBytePath(path)}: ${detail}`);
  const more = count > named.length ? ` and ${count - named.length} more` : '';
  const fault = `${count} restored entries differ: ${named.join('; ')}${more}`;
  const detail = `${bytes} bytes of ${files} entries were read back and hashed; permissions and times agree`;
  return { name: 'comparison', passed, weight: 3, integrity: true, detail: passed ? detail : fault };
}

/** Together they weigh as much as the restore, however many tables there are. */
function sourceCheck(count: number): (check: SourceCheck) => VaultCheck {
  return ({ name, passed, detail }) => ({ name, passed, weight: 3 / count, integrity: true, detail });
}
