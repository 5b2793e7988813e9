import { extraThreads } from '../../worker/thread.ts';
import type { BackUpOptions } from '../options.ts';
import { LookCrew } from './look-crew.ts';
import type { LookerOptions } from './looker.ts';
import { Looker } from './looker.ts';
import { treeReader } from './tree-reader.ts';

/** Undefined where no thread could read the vault, or ask what is left out of the backup. */
export function openLooks(
  { repository, request, signal }: BackUpOptions,
  parts: Omit<LookerOptions, 'readTree'>,
): LookCrew | undefined {
  const rules = request.roots.flatMap((root) => (root.kind === 'tree' ? (root.elsewhere ?? []) : []));
  const reading = rules.length === 0 ? undefined : repository.shareReading?.();
  if (reading === undefined) return undefined;
  const looker = new Looker({ ...parts, readTree: treeReader(reading, repository.sealer) });
  return new LookCrew({ looker, reading, rules, threads: request.threads ?? extraThreads(), signal });
}
