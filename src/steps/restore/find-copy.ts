import { messageOf, MusterError } from '../../base/error.ts';
import type { ActionOf, StepContext } from '../handler.ts';
import { snapshotIn, type StoredSnapshot } from '../stored-copy.ts';

export interface FoundCopy extends StoredSnapshot {
  /** Why targets that come before it could not be used. */
  readonly passedOver: readonly string[];
}

/** The first target, in order of preference, that opens and has the snapshot. Throws `no-copy-available`. */
export async function findCopy({ backup, storage }: ActionOf<'restore'>, context: StepContext): Promise<FoundCopy> {
  const passedOver: string[] = [];
  for (const name of storage) {
    try {
      return { ...(await snapshotIn(name, backup, context)), passedOver };
    } catch (error) {
      context.signal.throwIfAborted();
      passedOver.push(`${name}: ${messageOf(error)}`);
    }
  }
  throw new MusterError(`no copy of backup ${backup.id.slice(0, 8)} can be read: ${passedOver.join('; ')}`, {
    code: 'no-copy-available',
    hint: 'Make one of its storage targets reachable, or restore another backup.',
  });
}
