import type { CaptureRoot } from '../../src/base/capture.ts';
import { toBytePath } from '../../src/base/capture.ts';

/** One tree, nothing left out. */
export function treeRoots(path: string): { readonly roots: readonly CaptureRoot[]; readonly paths: readonly string[] } {
  return { roots: [{ kind: 'tree', path: toBytePath(path), excluded: () => false }], paths: [path] };
}
