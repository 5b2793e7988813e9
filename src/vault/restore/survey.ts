import { opendirSync } from 'node:fs';
import type { BytePath } from '../../base/capture.ts';
import { fromBytePath } from '../../base/capture.ts';
import { MusterError } from '../../base/error.ts';
import { nativePath } from '../open-folder.ts';
import type { Id } from '../repository.ts';
import type { TreeNode } from '../tree/node.ts';
import type { RestoreContext } from './context.ts';
import { statAt } from './stat-at.ts';
import { TargetFolder } from './target-folder.ts';
import { entriesIn } from './tree-walk.ts';
import type { SafeEntry } from './tree-walk.ts';

const listed = 10;

interface Survey {
  readonly context: RestoreContext;
  readonly conflicts: BytePath[];
  conflictCount: number;
  files: number;
  bytes: number;
}

/**
 * Looks at all that a restore would write, and writes nothing: the totals for its progress and, when nothing may be
 * replaced, what stands in the way. Throws `restore-would-overwrite` with the first of those paths. It costs as much as
 * reading all folders of the snapshot, so it is left out where nobody wants to know.
 */
export async function surveyRestore(context: RestoreContext, tree: Id): Promise<void> {
  if (context.request.onProgress === undefined && !mayConflict(context)) return;
  const survey: Survey = { context, conflicts: [], conflictCount: 0, files: 0, bytes: 0 };
  await surveyFolder(survey, new TargetFolder(context, { path: '/' }), tree);
  context.tally.filesTotal = survey.files;
  context.tally.bytesTotal = survey.bytes;
  if (survey.conflictCount > 0) throw wouldOverwrite(survey);
}

function mayConflict({ request, top }: RestoreContext): boolean {
  if (request.overwrite === 'always') return false;
  const folder = opendirSync(nativePath(top.self));
  try {
    return folder.readSync() !== null;
  } finally {
    folder.closeSync();
  }
}

async function surveyFolder(survey: Survey, folder: TargetFolder, tree: Id): Promise<void> {
  const { repository, tally } = survey.context;
  // Once for all entries: nothing is written meanwhile.
  const place = refuses(survey) ? lookAt(folder) : 'nothing';
  // Faults of the tree are told by the restore itself, which meets them again.
  for (const entry of await entriesIn(repository, { path: folder.path, tree }, () => undefined)) {
    await tally.breathe();
    if (entry.node.subtree !== undefined) await surveySubfolder(survey, folder, { ...entry, tree: entry.node.subtree });
    else if (isWanted(survey.context, entry)) surveyLeaf(survey, { folder, place }, entry);
  }
}

async function surveySubfolder(
  survey: Survey,
  parent: TargetFolder,
  { node, path, tree }: SafeEntry & { readonly tree: Id },
): Promise<void> {
  const folder = new TargetFolder(survey.context, { path, node, parent });
  try {
    const blocked = isWanted(survey.context, { node, path }) && refuses(survey) && lookAt(folder) === 'blocked';
    if (blocked) addConflict(survey, path);
    else await surveyFolder(survey, folder, tree);
  } finally {
    folder.close();
  }
}

interface LookedAt {
  readonly folder: TargetFolder;
  readonly place: ReturnType<TargetFolder['look']>;
}

function surveyLeaf(survey: Survey, { folder, place }: LookedAt, { node, path }: SafeEntry): void {
  if (node.type === 'socket') return;
  survey.files += 1;
  survey.bytes += node.size;
  if (place === 'blocked') addConflict(survey, folder.path);
  else if (place !== 'nothing' && statAt(place.child(node.name)) !== undefined) addConflict(survey, path);
}

function refuses(survey: Survey): boolean {
  return survey.context.request.overwrite === 'never';
}

/** A folder that can't be looked into blocks what should go there. */
function lookAt(folder: TargetFolder): ReturnType<TargetFolder['look']> {
  try {
    return folder.look();
  } catch {
    return 'blocked';
  }
}

function addConflict(survey: Survey, path: BytePath): void {
  survey.conflictCount += 1;
  if (survey.conflicts.length < listed && !survey.conflicts.includes(path)) survey.conflicts.push(path);
}

/** True when the request asks for this very entry. */
export function isWanted({ request }: RestoreContext, { node, path }: { node: TreeNode; path: BytePath }): boolean {
  return request.include === undefined || request.include(path, node.type === 'other' ? 'file' : node.type);
}

function wouldOverwrite({ conflicts, conflictCount, context }: Survey): MusterError {
  const { target } = context.request;
  const paths = conflicts.map((path) => fromBytePath(target.replace(/\/+$/, '') + path));
  const more = conflictCount > paths.length ? ` and ${conflictCount - paths.length} more` : '';
  return new MusterError(`the restore would replace what exists: ${paths.join(', ')}${more}`, {
    code: 'restore-would-overwrite',
    hint: 'Choose an empty target, or allow replacing with --overwrite.',
  });
}
