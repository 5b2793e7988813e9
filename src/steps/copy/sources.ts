import { messageOf, MusterError } from '../../base/error.ts';
import type { ActionOf, StepContext } from '../handler.ts';
import { snapshotIn, type StoredSnapshot } from '../stored-copy.ts';

/** Of these it is known that they lie with what is written to: another source would not help. */
const faultsOfTarget: ReadonlySet<string> = new Set([
  'storage-full',
  'storage-read-only',
  'vault-locked',
  'vault-read-only',
  'vault-replaced',
  'lock-lost',
]);

/**
 * Uses the first source of the copy that can give all of it. What one has given before it failed stays in the target, so
 * that the next goes on there. Throws the fault of the only source, or `no-copy-available`.
 */
export async function copyFromFirst<T>(
  { from, backup, storage }: ActionOf<'copy'>,
  context: StepContext,
  use: (source: StoredSnapshot) => Promise<T>,
): Promise<{ readonly copy: T; readonly passedOver: readonly string[] }> {
  const passedOver: string[] = [];
  let last: unknown;
  for (const name of from) {
    try {
      return { copy: await use(await snapshotIn(name, backup, context)), passedOver };
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof MusterError) || faultsOfTarget.has(error.code)) throw error;
      passedOver.push(`${name}: ${messageOf(error)}`);
      last = error;
    }
  }
  if (passedOver.length === 1) throw last;
  throw new MusterError(`backup ${backup.id.slice(0, 8)} can't be copied to ${storage}: ${passedOver.join('; ')}`, {
    code: 'no-copy-available',
    hint: 'Make one of the targets that hold it readable again; muster verify --all-copies says which ones are whole.',
    retryable: true,
  });
}
