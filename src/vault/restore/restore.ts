import { mkdirSync } from 'node:fs';
import { fromBytePath } from '../../base/capture.ts';
import type { BytePath } from '../../base/capture.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf, MusterError } from '../../base/error.ts';
import { nativePath, openFolder } from '../open-folder.ts';
import type { OpenFolder } from '../open-folder.ts';
import { posixCalls } from '../posix.ts';
import { Tally } from '../progress.ts';
import type { Id, Repository } from '../repository.ts';
import { findSnapshot } from '../snapshot.ts';
import type { RestoreRequest, RestoreResult } from '../vault.ts';
import { restoreArea } from './area.ts';
import type { RestoreContext } from './context.ts';
import { withOtherCopies, type OtherCopy } from './other-copies.ts';
import { RestoredLinks } from './restored-links.ts';
import { surveyRestore } from './survey.ts';
import { thawPacks } from './thaw.ts';
import { RestoreWork, usualThreadsFrom } from './write-files.ts';

export interface RestoreOptions {
  readonly repository: Repository;
  readonly clock: Clock;
  readonly request: RestoreRequest;
  /** Of the request and of the lock. */
  readonly signal: AbortSignal;
  /** Copies of the repository, for what it has lost. */
  readonly others?: AsyncIterable<OtherCopy> | undefined;
  /** Tasks that must be waiting before threads are started; 0 starts them in any case. */
  readonly threadsFrom?: number;
}

/**
 * Writes a snapshot below the target, never outside it. Entries that can't be brought back are faults of the result,
 * and whatever stood in their place is untouched. Throws `restore-would-overwrite`, `restore-target`, `restore-failed`.
 */
export async function restoreSnapshot(options: RestoreOptions): Promise<RestoreResult> {
  const { repository, clock, request, signal } = options;
  const snapshot = await findSnapshot(repository, request.snapshot);
  if (request.thaw === 'wait') await thawPacks({ repository, clock, request, signal }, snapshot.tree);
  const top = openTarget(request.target);
  try {
    const tally = new Tally({ clock, signal, onProgress: request.onProgress });
    const context = {
      repository: options.others === undefined ? repository : withOtherCopies(repository, options.others),
      request,
      tally,
      top,
      links: new RestoredLinks(),
      calls: posixCalls(),
      asRoot: process.geteuid?.() === 0,
      area: restoreArea(request.target, snapshot.paths),
    };
    await surveyRestore(context, snapshot.tree);
    return await writeAll(context, snapshot.tree, options.threadsFrom ?? usualThreadsFrom);
  } finally {
    top.close();
  }
}

/** The target is the user's own word: it may be reached through links, and is made when it is missing. */
function openTarget(target: BytePath): OpenFolder {
  if (!target.startsWith('/')) throw targetError(target, 'it is no absolute path');
  try {
    mkdirSync(nativePath(target), { recursive: true });
    return openFolder(target, 'follow');
  } catch (error) {
    throw targetError(target, messageOf(error));
  }
}

function targetError(target: BytePath, detail: string): MusterError {
  return new MusterError(`nothing can be restored to ${fromBytePath(target)}: ${detail}`, {
    code: 'restore-target',
    hint: 'Name a folder that can be written to.',
  });
}

async function writeAll(context: RestoreContext, tree: Id, threadsFrom: number): Promise<RestoreResult> {
  const work = new RestoreWork(context);
  await work.run(tree, threadsFrom);
  if (context.calls.available) await context.calls.posix.syncFileSystem(context.top.fd);
  context.tally.finish();
  return { files: work.files, bytes: work.bytes, faults: context.tally.faults };
}
