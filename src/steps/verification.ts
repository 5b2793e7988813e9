import type { CaptureManifest } from '../base/backup.ts';
import type { SourceDefinition, VerifyLevel } from '../plan/model/system.ts';
import type { Vault, VaultCheck, VerifyResult } from '../vault/vault.ts';
import type { StepContext, StepError, Verification } from './handler.ts';
import { checkContents } from './verify/content.ts';
import { tryRestore, type Trial } from './verify/forensic.ts';
import { PackMemory } from './verify/pack-memory.ts';
import { Stages } from './verify/stages.ts';

/** Score that a backup must reach. */
const passMark = 0.95;

/** A backup where it is stored, with what was known of it when it was made. */
export interface VerificationSubject {
  readonly vault: Vault;
  /** Name of the storage target. */
  readonly storage: string;
  readonly snapshot: string;
  readonly level: VerifyLevel;
  /** Kind of source that it was captured from. */
  readonly source: string;
  /** Needed for `forensic`: how it is put back. */
  readonly definition: () => SourceDefinition;
  readonly manifest: CaptureManifest;
  /** What was counted at the capture. */
  readonly counted: { readonly files: number; readonly bytes: number } | undefined;
}

/**
 * Verifies a backup and judges it: it passes at a score of 0.95 when no integrity check failed. A level makes the checks
 * of those below it too; when these fail, nothing is restored any more.
 */
export async function verifyBackup(subject: VerificationSubject, context: StepContext): Promise<Verification> {
  const { level, counted } = subject;
  const bytes = counted?.bytes ?? 0;
  const stages = new Stages(context.onProgress, { thorough: bytes, forensic: 3 * bytes, basic: 0, standard: 0 }[level]);
  const stored = await verifyStored(subject, stages, context);
  if (level === 'basic' || level === 'standard') return judge([stored, unread]);
  stages.next(bytes);
  const { vault, snapshot, source, manifest } = subject;
  const { clock, signal, scratch } = context;
  const onProgress = stages.report;
  const contents = await checkContents({ vault, snapshot, source, bytes, scratch, clock, signal, onProgress });
  if (level === 'thorough') return judge([stored, contents, unrestored]);
  if (!judge([stored, contents]).passed) return judge([stored, contents, notTried]);
  stages.next(bytes);
  const definition = subject.definition();
  const trial = await tryRestore({ vault, snapshot, definition, manifest, bytes, stages }, context);
  return { ...judge([stored, contents, trial]), ...proofOf(trial) };
}

/** A quick look at a copy before it is used. */
export async function verifyBasics(
  vault: Vault,
  snapshot: string,
  { signal, onProgress }: Pick<StepContext, 'signal' | 'onProgress'>,
): Promise<Verification> {
  return judge([await vault.verify({ snapshot, level: 'basic', signal, onProgress })]);
}

/** Everything that a storage target holds, whichever backup needs it. */
export async function verifyStorage(vault: Vault, storage: string, context: StepContext): Promise<Verification> {
  const { signal, onProgress, clock, soundPacks: kept } = context;
  const memory = new PackMemory({ storage, vault, clock, kept });
  try {
    return judge([await vault.verifyAll({ onSoundPack: (pack) => memory.add(pack), signal, onProgress })]);
  } finally {
    memory.save();
  }
}

const nothing = { checks: [] };
const unread: VerifyResult = {
  ...nothing,
  notTested: ['whether the files are what their formats ask for, and a restore'],
};
const unrestored: VerifyResult = { ...nothing, notTested: ['a restore: nothing was written'] };
const notTried: VerifyResult = { ...nothing, notTested: ['a restore: the checks before it did not pass'] };

/** Checks of what is stored, with nothing but the vault. */
async function verifyStored(
  { vault, storage, snapshot, level, counted }: VerificationSubject,
  { report }: Stages,
  { signal, soundPacks, clock }: StepContext,
): Promise<VerifyResult> {
  const memory = new PackMemory({ storage, vault, clock, kept: soundPacks });
  try {
    return await vault.verify({
      snapshot,
      level: level === 'forensic' ? 'thorough' : level,
      expected: counted,
      verifiedAt: (pack) => memory.verifiedAt(pack),
      onSoundPack: (pack) => memory.add(pack),
      signal,
      onProgress: report,
    });
  } finally {
    memory.save();
  }
}

/** A vault that checked nothing has proven nothing. */
function judge(results: readonly VerifyResult[]): Verification {
  const checks = results.flatMap((result) => result.checks);
  const total = weightOf(checks);
  const score = total === 0 ? 0 : weightOf(checks.filter(({ passed }) => passed)) / total;
  const isSound = checks.every(({ passed, integrity }) => passed || !integrity);
  const lines = checks.map(({ name, passed, detail }) => ({ name, passed, detail }));
  const notTested = results.flatMap((result) => result.notTested);
  return { score, passed: isSound && score >= passMark, checks: lines, notTested };
}

function weightOf(checks: readonly VaultCheck[]): number {
  return checks.reduce((sum, { weight }) => sum + weight, 0);
}

function proofOf({ proven, restoreMs }: Trial): Pick<Verification, 'restored'> {
  return { restored: { proven, durationMs: restoreMs } };
}

export function verificationFailed(what: string, { checks }: Pick<Verification, 'checks'>): StepError {
  const failed = checks.filter(({ passed }) => !passed).map(({ name, detail }) => `${name} (${detail})`);
  return {
    code: 'verification-failed',
    message: `${what} did not pass its verification: ${failed.join('; ') || 'nothing was checked'}`,
    hint: 'Verify its other copies, make a new backup, and check the disk of the storage target.',
    retryable: false,
  };
}
