import { dirname } from 'node:path';
import { fromBytePath, toBytePath, type BytePath, type CaptureRoot } from '../../base/capture.ts';
import { MusterError } from '../../base/error.ts';
import type { Plan } from '../../plan/model/plan.ts';

/** Throws `storage-inside-source` when a vault would be backed up into a vault: that grows with every backup. */
export function refuseOwnStorage(roots: readonly CaptureRoot[], { storage }: Pick<Plan, 'storage'>): void {
  for (const target of storage.values()) {
    if (target.type !== 'local') continue;
    const { name, path } = target;
    const root = roots.find((candidate) => isRead(candidate, toBytePath(path)));
    if (root !== undefined) throw inside(name, path, fromBytePath(root.as ?? root.path));
  }
}

function isRead(root: CaptureRoot, path: BytePath): boolean {
  if (root.kind !== 'tree') return false;
  for (let folder = path; folder !== (root.as ?? root.path); folder = dirname(folder))
    if (folder === '/' || root.excluded(folder, true)) return false;
  return true;
}

function inside(name: string, path: string, root: string): MusterError {
  return new MusterError(`the storage target ${name} (${path}) lies in ${root}, which is to be backed up`, {
    code: 'storage-inside-source',
    hint: `Exclude ${path}, or keep the backups elsewhere.`,
  });
}
