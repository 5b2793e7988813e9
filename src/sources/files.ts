import { backupTypes } from '../base/backup.ts';
import { fromBytePath, type CaptureRoot } from '../base/capture.ts';
import { MusterError } from '../base/error.ts';
import type { FilesSource } from '../plan/model/system.ts';
import { lookAtPaths } from './files/paths.ts';
import { restoreFiles } from './files/restore.ts';
import { rulesElsewhere } from './files/rules-elsewhere.ts';
import { folderRules, withSizeLimit } from './files/rules.ts';
import type { View, ViewOptions } from './files/snapshot.ts';
import { findingOf } from './finding.ts';
import type { Capture, CaptureRequest, Source, SourceFinding } from './source.ts';

/** Files and folders, read where they are. */
export const filesSource: Source<FilesSource> = {
  facts: { backupTypes, selective: true, needsStopped: false },
  check: checkFiles,
  capture: captureFiles,
  restore: restoreFiles,
};

async function checkFiles(definition: FilesSource): Promise<readonly SourceFinding[]> {
  try {
    return (await lookAtPaths(definition)).findings;
  } catch (error) {
    return [findingOf(error)];
  }
}

/** Throws `source-missing`, `source-empty`, `source-is-link`, `source-unreadable`, `source-excluded`, `bad-pattern`. */
async function captureFiles(definition: FilesSource, request: CaptureRequest): Promise<Capture> {
  const looked = await lookAtPaths(definition);
  const [finding] = looked.findings;
  if (finding !== undefined) throw new MusterError(finding.message, finding);
  const { named, roots } = looked;
  const excluded = withSizeLimit(looked.excluded, definition.excludeLargerThan);
  const { scratch, signal, frozen } = request;
  const view = frozen && (await viewOf({ definition, roots, excluded, scratch, signal, folder: frozen.folder }));
  return {
    roots: roots.map((path) =>
      rootOf(
        { path, excluded, enter: folderRules(definition, view?.lacks), elsewhere: elsewhere(definition, view) },
        view,
      ),
    ),
    paths: named.map(fromBytePath),
    manifest: {},
    ended: view?.ended,
    release: async () => await view?.release(),
  };
}

/** Where the rules need nothing but the plan: neither what a view lacks nor which file system the walk came from. */
function elsewhere(definition: FilesSource, view: View | undefined): CaptureTree['elsewhere'] {
  return view === undefined && definition.oneFileSystem !== true ? rulesElsewhere(definition) : undefined;
}

/** Loaded at need: few backups start programs. */
async function viewOf(options: ViewOptions): Promise<View> {
  const { openView } = await import('./files/snapshot.ts');
  return await openView(options);
}

type CaptureTree = Extract<CaptureRoot, { readonly kind: 'tree' }>;

function rootOf(
  parts: Pick<CaptureTree, 'path' | 'excluded' | 'enter' | 'elsewhere'>,
  view: View | undefined,
): CaptureTree {
  const path = view?.at(parts.path) ?? parts.path;
  return { ...parts, kind: 'tree', path, as: path === parts.path ? undefined : parts.path };
}
