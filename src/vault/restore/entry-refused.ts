import { codeOf, messageOf, MusterError } from '../../base/error.ts';
import type { BytePath } from '../../base/capture.ts';
import { detailOf } from '../archive/source-fault.ts';
import type { EntryFault } from '../vault.ts';

/** An entry that can't be brought back, while others can. */
export class EntryRefused extends Error {
  readonly kind: EntryFault['kind'];

  constructor(detail: string, kind: EntryFault['kind'] = 'refused') {
    super(detail);
    this.kind = kind;
  }
}

/** After these nothing that follows could be written either. */
const fatal: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);

/**
 * What went wrong with one entry, as a fault of the result. Throws on what stops the whole restore: a target that
 * takes no more, a vault that can't be reached, an abort.
 */
export function faultOf(path: BytePath, error: unknown): EntryFault {
  if (error instanceof EntryRefused) return { path, kind: error.kind, detail: error.message };
  const code = codeOf(error);
  if (error instanceof MusterError || code === undefined || !/^E[A-Z0-9]+$/.test(code)) throw error;
  if (fatal.has(code)) throw targetFailed(code, error);
  return { path, kind: 'refused', detail: `it could not be written: ${detailOf(code)}` };
}

function targetFailed(code: string, cause: unknown): MusterError {
  return new MusterError(`the target of the restore takes no more: ${messageOf(cause)}`, {
    code: 'restore-failed',
    hint: code === 'ENOSPC' || code === 'EDQUOT' ? 'Free space there, or choose another target.' : 'Check the disk.',
    cause,
  });
}
