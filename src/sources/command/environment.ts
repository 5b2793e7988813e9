import { plainEnvironment } from '../../base/environment.ts';
import type { CommandSource } from '../../plan/model/system.ts';
import type { SourceWorld } from '../source.ts';

/** A few inherited variables, then what the plan sets, with secrets resolved now. Throws `secret-unavailable`. */
export async function environmentFor(
  { env }: CommandSource,
  { resolveSecret }: SourceWorld,
): Promise<Record<string, string>> {
  const all = plainEnvironment();
  for (const [name, value] of Object.entries(env))
    all[name] = typeof value === 'string' ? value : await resolveSecret(value);
  return all;
}
