import { lstatSync } from 'node:fs';
import { bytesOf, fromBytePath } from '../../base/capture.ts';
import type { Entry } from '../../vault/vault.ts';
import type { StepFinding } from '../handler.ts';
import { ok } from '../outcome.ts';

/** How many paths are named; the rest is counted. */
const named = 10;

/** What a restore in place would do to files that are there: those that differ in size or time are told by name. */
export async function findReplaced(
  entries: AsyncIterable<Entry>,
  includes: (entry: Entry) => boolean,
): Promise<readonly StepFinding[]> {
  const changed: string[] = [];
  const count = { changed: 0, same: 0, missing: 0 };
  for await (const entry of entries) {
    if (entry.type === 'dir' || !includes(entry)) continue;
    const state = stateOf(entry);
    count[state] += 1;
    if (state === 'changed' && changed.length < named) changed.push(fromBytePath(entry.path));
  }
  const summary = `in place: ${count.changed} changed, ${count.missing} missing, ${count.same} unchanged`;
  if (count.changed === 0) return [ok(summary)];
  const list = changed.join(', ') + (count.changed > changed.length ? ' …' : '');
  return [ok(summary), { severity: 'warning', message: `would replace ${list}` }];
}

function stateOf({ path, type, size, modifiedAt }: Entry): 'changed' | 'same' | 'missing' {
  const facts = lstatSync(bytesOf(path), { throwIfNoEntry: false });
  if (facts === undefined) return 'missing';
  if (type === 'symlink') return facts.isSymbolicLink() ? 'same' : 'changed';
  const isSame = facts.isFile() && facts.size === size && Math.floor(facts.mtimeMs) === Math.floor(modifiedAt);
  return isSame ? 'same' : 'changed';
}
