import { fromBytePath, type BytePath, type Excluded } from '../../base/capture.ts';
import type { FilesSource } from '../../plan/model/system.ts';
import type { SourceFinding } from '../source.ts';
import { compileExclude, isUnreachable } from './exclude.ts';
import { fault, findingFor, lookAt } from './look.ts';
import { isWithin, normalise, outermost } from '../scope.ts';

/** What of a files source is to be read. */
export interface FilesPaths {
  /** As the plan names them. */
  readonly named: readonly BytePath[];
  /** Those that exist and do not lie below another one. */
  readonly roots: readonly BytePath[];
  readonly excluded: Excluded;
  readonly findings: readonly SourceFinding[];
}

/** Looks at every path of the source. Throws `bad-pattern`. */
export async function lookAtPaths(definition: FilesSource): Promise<FilesPaths> {
  const named = normalise(definition.paths);
  const excluded = compileExclude(definition.exclude, named);
  const states = await Promise.all(named.map(async (path) => ({ path, state: await lookAt(path, excluded) })));
  const present = states.filter(({ state }) => state.kind !== 'missing').map(({ path }) => path);
  const findings = states
    .filter(({ state }) => !(definition.allowEmpty && (state.kind === 'missing' || state.kind === 'empty')))
    .flatMap(({ path, state }) => findingFor(path, state) ?? []);
  return { named, roots: outermost(present), excluded, findings: [...findings, ...unreachable(present, excluded)] };
}

/** Paths that the plan names and leaves out at once. */
function unreachable(paths: readonly BytePath[], excluded: Excluded): readonly SourceFinding[] {
  const lost = paths.filter((path) =>
    paths.some((root) => root !== path && isWithin(path, root) && isUnreachable(excluded, root, path)),
  );
  return lost.map((path) =>
    fault(
      'source-excluded',
      `${fromBytePath(path)} lies in a folder that is excluded`,
      'Make the pattern narrower, or take the path out.',
    ),
  );
}
