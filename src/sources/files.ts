import { fromBytePath } from '../base/capture.ts';
import { MusterError } from '../base/error.ts';
import type { FilesSource } from '../plan/model/system.ts';
import { lookAtPaths } from './files/paths.ts';
import { restoreFiles } from './files/restore.ts';
import { findingOf } from './finding.ts';
import type { Capture, Source, SourceFinding } from './source.ts';

/** Files and folders, read where they are. */
export const filesSource: Source<FilesSource> = {
  facts: { backupTypes: ['full', 'incremental'], selective: true, needsStopped: false },
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
async function captureFiles(definition: FilesSource): Promise<Capture> {
  const { named, roots, excluded, findings } = await lookAtPaths(definition);
  const [finding] = findings;
  if (finding !== undefined) throw new MusterError(finding.message, finding);
  return {
    roots: roots.map((path) => ({ kind: 'tree', path, excluded })),
    paths: named.map(fromBytePath),
    manifest: {},
    release: async () => {},
  };
}
