import type { VerifyLevel } from '../plan/model/system.ts';
import type { Vault, VaultCheck } from '../vault/vault.ts';
import type { StepContext, StepError, Verification } from './handler.ts';

/** Score that a backup must reach. */
const passMark = 0.95;

/** Verifies a snapshot and judges it: it passes at a score of 0.95 when no integrity check failed. */
export async function verifySnapshot(
  vault: Vault,
  request: { readonly snapshot: string; readonly level: VerifyLevel },
  { signal, onProgress }: Pick<StepContext, 'signal' | 'onProgress'>,
): Promise<Verification> {
  const { checks } = await vault.verify({ ...request, signal, onProgress });
  return judge(checks);
}

/** A vault that checked nothing has proven nothing. */
function judge(checks: readonly VaultCheck[]): Verification {
  const total = weightOf(checks);
  const score = total === 0 ? 0 : weightOf(checks.filter(({ passed }) => passed)) / total;
  const isSound = checks.every(({ passed, integrity }) => passed || !integrity);
  const lines = checks.map(({ name, passed, detail }) => ({ name, passed, detail }));
  return { score, passed: isSound && score >= passMark, checks: lines };
}

function weightOf(checks: readonly VaultCheck[]): number {
  return checks.reduce((sum, { weight }) => sum + weight, 0);
}

export function verificationFailed(what: string, { checks }: Verification): StepError {
  const failed = checks.filter(({ passed }) => !passed).map(({ name, detail }) => `${name} (${detail})`);
  return {
    code: 'verification-failed',
    message: `${what} did not pass its verification: ${failed.join('; ') || 'nothing was checked'}`,
    hint: 'Verify its other copies, make a new backup, and check the disk of the storage target.',
    retryable: false,
  };
}
