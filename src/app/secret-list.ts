import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import type { Secret } from '../base/secret.ts';
import type { Plan } from '../plan/model/plan.ts';

/** Something that a plan needs and does not hold: a secret, or a file that says whom to trust. */
export interface NeededSecret {
  readonly from: 'env' | 'file' | 'command';
  /** The name of the variable, the path of the file, or the program. */
  readonly place: string;
  /** Where the plan asks for it: `storage.cloud.credentials.secretAccessKey`. */
  readonly usedBy: readonly string[];
  /** Whether it is here; undefined for commands, which are not run to find out. */
  readonly present: boolean | undefined;
}

/** Every secret of a plan, each once; looks at names only, and resolves none. */
export function secretsOf(plan: Plan, env: Readonly<Record<string, string | undefined>>): readonly NeededSecret[] {
  const found = new Map<string, { secret: Secret; usedBy: string[] }>();
  const { keys, storage, systems, probes, actions, runbooks, channels } = plan;
  const sections = { keys, storage, systems, probes, actions, runbooks, channels };
  for (const [name, section] of Object.entries(sections)) collect(section, name, found);
  return [...found.values()].map(({ secret, usedBy }) => ({ ...placeOf(secret, plan.folder, env), usedBy }));
}

type Found = Map<string, { secret: Secret; usedBy: string[] }>;

function collect(value: unknown, path: string, found: Found): void {
  if (typeof value !== 'object' || value === null) return;
  if (isSecret(value)) return note(value, path, found);
  const entries = value instanceof Map ? [...(value as ReadonlyMap<string, unknown>)] : Object.entries(value);
  for (const [key, item] of entries) {
    const below = `${path}.${key}`;
    if (path.startsWith('storage.') && trustFiles.has(key) && typeof item === 'string')
      note({ from: 'file', path: item }, below, found);
    else collect(item, below, found);
  }
}

/** Files that are no secrets of their own kind in the plan. */
const trustFiles: ReadonlySet<string> = new Set(['identity', 'knownHosts', 'ca']);

function isSecret(value: object): value is Secret {
  if (!('from' in value)) return false;
  return (
    (value.from === 'env' && 'variable' in value) ||
    (value.from === 'file' && 'path' in value) ||
    (value.from === 'command' && 'command' in value)
  );
}

function note(secret: Secret, path: string, found: Found): void {
  const known = found.get(JSON.stringify(secret));
  if (known) known.usedBy.push(path);
  else found.set(JSON.stringify(secret), { secret, usedBy: [path] });
}

function placeOf(
  secret: Secret,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Omit<NeededSecret, 'usedBy'> {
  if (secret.from === 'env') return { from: 'env', place: secret.variable, present: Boolean(env[secret.variable]) };
  if (secret.from === 'command') return { from: 'command', place: secret.command[0] ?? '', present: undefined };
  return { from: 'file', place: secret.path, present: isReadable(resolve(folder, secret.path)) };
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
