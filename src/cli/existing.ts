import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plan } from '../index.ts';
import type { Session } from './session.ts';

/**
 * A line for each storage target on this machine that holds a restic repository already, as long as the plan has no state here: from then
 * on that is nothing new. Looks at names only.
 */
export function existingRepositories(plan: Plan, session: Session): readonly string[] {
  const state = session.globals().state ?? session.env['MUSTER_STATE'];
  const folder = state ? resolve(session.cwd, state) : join(plan.folder, '.muster');
  if (existsSync(join(folder, 'journal.db'))) return [];
  return [...plan.storage.values()]
    .filter((storage) => storage.type === 'local')
    .filter(({ path }) => existsSync(join(path, 'config')) && existsSync(join(path, 'keys')))
    .map(
      ({ name, path }) =>
        `note[existing-repository]: storage ${name} (${path}) holds a restic repository already. muster opens it with a key of
  the plan that fits, adds to it, and leaves what is in it as it is; muster snapshots ${name} lists that.`,
    );
}
