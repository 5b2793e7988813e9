import { closestName } from '../base/closest-name.ts';
import { MusterError } from '../base/error.ts';

/** The definition of that name; throws `unknown-tier` and the like, with the name that may have been meant. */
export function named<T>(
  definitions: ReadonlyMap<string, T>,
  name: string,
  what: 'tier' | 'system' | 'storage' | 'key' | 'runbook' | 'message' | 'audience',
): T {
  const found = definitions.get(name);
  if (found !== undefined) return found;
  const meant = closestName(name, definitions.keys());
  throw new MusterError(`there is no ${what === 'storage' ? 'storage target' : what} ${name} in the plan`, {
    code: `unknown-${what}`,
    hint:
      meant === undefined ? `There are: ${[...definitions.keys()].join(', ') || 'none'}.` : `Did you mean ${meant}?`,
  });
}
