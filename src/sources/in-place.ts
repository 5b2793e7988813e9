import { fromBytePath } from '../base/capture.ts';
import type { SourceDefinition } from '../plan/model/system.ts';
import { normalise } from './scope.ts';

/** Absolute paths that a restore in place writes at or below; none where a program or server writes for itself. */
export function inPlaceTargets(definition: SourceDefinition): readonly string[] {
  return normalise(pathsOf(definition)).map(fromBytePath);
}

function pathsOf(definition: SourceDefinition): readonly string[] {
  if (definition.type === 'files') return definition.paths;
  return definition.type === 'sqlite' ? [definition.path] : [];
}
