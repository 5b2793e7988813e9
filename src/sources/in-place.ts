import { fromBytePath } from '../base/capture.ts';
import type { SourceDefinition } from '../plan/model/system.ts';
import { normalise } from './scope.ts';

/** Absolute paths that a restore in place writes at or below. */
export function inPlaceTargets(definition: SourceDefinition): readonly string[] {
  return normalise(definition.type === 'files' ? definition.paths : [definition.path]).map(fromBytePath);
}
