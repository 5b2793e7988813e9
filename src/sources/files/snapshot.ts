import { createHash } from 'node:crypto';
import { fromBytePath, type BytePath, type Excluded } from '../../base/capture.ts';
import { MusterError } from '../../base/error.ts';
import type { FilesSource, FrozenView } from '../../plan/model/system.ts';
import type { CaptureRequest } from '../source.ts';
import { makeBtrfsView } from './snapshot/btrfs.ts';
import { removeAll, type FileSystemView, type MakeView } from './snapshot/file-system.ts';
import { startFreeze, type Freeze } from './snapshot/freeze.ts';
import { makeLvmView } from './snapshot/lvm.ts';
import { refuseMounts } from './snapshot/whole.ts';
import { makeZfsView } from './snapshot/zfs.ts';

/** The files of a source as of one moment. */
export interface View {
  /** Where a path of the original is to be read. */
  at(path: BytePath): BytePath;
  readonly ended: AbortSignal | undefined;
  readonly lacks: FileSystemView['lacks'];
  /** Throws `thaw-failed`, `snapshot-left-behind`. */
  release(): Promise<void>;
}

export interface ViewOptions extends Pick<CaptureRequest, 'scratch' | 'signal'> {
  readonly definition: FilesSource;
  readonly roots: readonly BytePath[];
  readonly excluded: Excluded;
  /** Where commands are started. */
  readonly folder: string;
}

const makers: Readonly<Record<NonNullable<FrozenView['filesystem']>, MakeView>> = {
  btrfs: makeBtrfsView,
  zfs: makeZfsView,
  lvm: makeLvmView,
};

/**
 * Freezes the system, and has its file system make a snapshot, whichever the plan says. With both the system is thawed
 * before anything is read. Throws what they throw, and `snapshot-not-whole`.
 */
export async function openView(options: ViewOptions): Promise<View> {
  const { definition, folder, signal } = options;
  const { snapshot } = definition;
  if (snapshot === undefined)
    throw new MusterError('the source does not say how it is frozen', {
      code: 'unsupported-backup-type',
      hint: 'Add `snapshot` to it, or ask for another type of backup.',
    });
  if (snapshot.filesystem !== undefined && definition.oneFileSystem !== true)
    refuseMounts(options.roots, options.excluded);
  const freeze = snapshot.freeze && (await startFreeze(snapshot.freeze, folder, signal));
  if (snapshot.filesystem === undefined) return frozen(freeze);
  return await snapshotted(makers[snapshot.filesystem], options, freeze);
}

function frozen(freeze: Freeze | undefined): View {
  return { at: (path) => path, ended: freeze?.ended, lacks: undefined, release: async () => await freeze?.thaw() };
}

async function snapshotted(make: MakeView, options: ViewOptions, freeze: Freeze | undefined): Promise<View> {
  const { roots, scratch } = options;
  const signal = freeze ? AbortSignal.any([options.signal, freeze.ended]) : options.signal;
  const paths = roots.map(fromBytePath);
  const view = await make({ paths, name: nameFor(paths), scratch, signal }).catch(async (error: unknown) => {
    await freeze?.thaw();
    throw error;
  });
  // Its failure is told at the release; the snapshot is good all the same.
  await freeze?.thaw().catch(() => undefined);
  if (freeze?.ended.aborted === true) {
    await view.remove();
    throw freeze.ended.reason;
  }
  const release = async (): Promise<void> => await removeAll([async () => await freeze?.thaw(), () => dropView(view)]);
  return { at: (path) => view.at(path), ended: undefined, lacks: view.lacks, release };
}

function nameFor(paths: readonly string[]): string {
  return `muster-${createHash('sha256').update(paths.join('\0')).digest('hex').slice(0, 12)}`;
}

async function dropView(view: FileSystemView): Promise<void> {
  try {
    await view.remove();
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    throw new MusterError(`a snapshot was left behind: ${error.message}`, {
      code: 'snapshot-left-behind',
      hint: 'Remove it by hand; else the next backup of this kind does it.',
      cause: error,
    });
  }
}
