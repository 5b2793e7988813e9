import type { BytePath, CaptureRoot, Excluded, FolderRule } from '../../base/capture.ts';
import { MusterError } from '../../base/error.ts';
import { fromBytePath } from '../../base/capture.ts';
import { nameFault } from '../tree/node.ts';

/** One place of the snapshot that a root asks for, or that lies above one. */
export interface Target {
  readonly children: Map<BytePath, Target>;
  root: TargetRoot | undefined;
}

export type TargetRoot = TreeRoot | { readonly kind: 'file'; readonly path: BytePath } | StreamRoot;

export type StreamRoot = CaptureRoot & { readonly kind: 'stream' };

export type TreeRoot = Pick<
  CaptureRoot & { readonly kind: 'tree' },
  'kind' | 'path' | 'as' | 'excluded' | 'enter' | 'elsewhere'
>;

/**
 * All roots as one tree from `/` down. Where roots overlap the inner one decides what is below it; of a place named
 * twice, only what every root excludes is left out, and a file or stream given for it comes first.
 */
export function targetTree(roots: readonly CaptureRoot[]): Target {
  const top: Target = { children: new Map(), root: undefined };
  for (const root of roots) {
    const target = targetAt(top, namesOf(root.as ?? root.path));
    target.root = combined(target.root, root);
  }
  return top;
}

function targetAt(top: Target, names: readonly BytePath[]): Target {
  let target = top;
  for (const name of names) {
    const next: Target = target.children.get(name) ?? { children: new Map(), root: undefined };
    target.children.set(name, next);
    target = next;
  }
  return target;
}

/** The names of an absolute path. Throws `path-invalid` for any other. */
export function namesOf(path: BytePath): readonly BytePath[] {
  const names = path.split('/').filter((name) => name !== '');
  if (path.startsWith('/') && names.every((name) => nameFault(name) === undefined)) return names;
  throw new MusterError(`${fromBytePath(path)} is not a plain absolute path`, {
    code: 'path-invalid',
    hint: 'Give a path that starts with / and has no . or .. in it.',
  });
}

function combined(before: TargetRoot | undefined, root: CaptureRoot): TargetRoot {
  if (root.kind === 'file') return { kind: 'file', path: root.path };
  if (root.kind === 'stream') return root;
  if (before !== undefined && before.kind !== 'tree') return before;
  return before === undefined ? root : both(before, root);
}

function both(one: TreeRoot, other: TreeRoot): TreeRoot {
  return {
    kind: 'tree',
    path: one.path,
    as: one.as,
    excluded: (...entry) => one.excluded(...entry) && other.excluded(...entry),
    enter: (folder) => bothRules(one.enter?.(folder), other.enter?.(folder)),
  };
}

function bothRules(one: FolderRule | undefined, other: FolderRule | undefined): FolderRule {
  const [first, second] = [one?.excluded, other?.excluded];
  const excluded: Excluded | undefined = first && second && ((...entry) => first(...entry) && second(...entry));
  return { excluded, faults: [...(one?.faults ?? []), ...(other?.faults ?? [])] };
}
