import type { CaptureRoot, CaptureRules } from '../../base/capture.ts';
import type { FilesSource } from '../../plan/model/system.ts';
import { normalise } from '../scope.ts';
import { compileExclude } from './exclude.ts';
import { folderRules, withSizeLimit } from './rules.ts';

type Rules = Pick<CaptureRoot & { readonly kind: 'tree' }, 'excluded' | 'enter'>;

/** For threads: what `rulesFrom` makes the rules of a files source from. */
export function rulesElsewhere(definition: FilesSource): CaptureRules {
  return { module: import.meta.url, data: definition };
}

/** In a thread; `data` is that of `rulesElsewhere`. */
export function rulesFrom(data: unknown): Rules {
  // What `rulesElsewhere` gives.
  const definition = data as FilesSource;
  const excluded = compileExclude(definition.exclude, normalise(definition.paths));
  return { excluded: withSizeLimit(excluded, definition.excludeLargerThan), enter: folderRules(definition) };
}
