import { compressions, type Compression } from '../../base/compression.ts';
import type { Objectives } from '../model/common.ts';
import type { Schedule, StorageUse, Tier, VerifyLevel } from '../model/system.ts';
import { quote } from '../quote.ts';
import { child, itemsOf, type Entry, type Node } from '../read/node.ts';
import { namedOf, noObjectives, objectivesOf } from './common.ts';
import { referenceOf, referencesOf } from './references.ts';
import { replicationOf } from './replication.ts';
import { schedulesOf } from './schedules.ts';
import type { Scope } from './scope.ts';
import { numberOf, textOf, wordOf } from './values.ts';

/** What a tier hands down to its systems. */
export interface TierDefaults {
  readonly priority: number | undefined;
  readonly objectives: Objectives;
  readonly storage: StorageUse | undefined;
  readonly compression: Compression | undefined;
  readonly retention: string | undefined;
  readonly verify: VerifyLevel | undefined;
  readonly schedules: readonly Schedule[];
}

export function tierOf(entry: Entry): Tier {
  return {
    ...namedOf(entry),
    priority: numberOf(child(entry.value, 'priority')),
    description: textOf(child(entry.value, 'description')),
  };
}

/**
 * The defaults by tier. Inherited tiers that no system names are left out: they may name storage targets that this
 * plan does not have.
 */
export function tierDefaults(scope: Scope): ReadonlyMap<string, TierDefaults> {
  const defaults = new Map<string, TierDefaults>();
  const needed = new Set([...scope.sections.systems.values()].map(({ value }) => textOf(child(value, 'tier'))));
  for (const [name, entry] of scope.sections.tiers)
    if (!entry.file.inherited || needed.has(name)) defaults.set(name, defaultsOf(entry, scope));
  return defaults;
}

function defaultsOf({ value }: Entry, scope: Scope): TierDefaults {
  return {
    priority: numberOf(child(value, 'priority')),
    objectives: objectivesOf(child(value, 'objectives'), scope, noObjectives),
    storage: storageUseOf(child(value, 'storage'), scope),
    compression: wordOf(child(value, 'compression'), compressions),
    retention: referenceOf(child(value, 'retention'), 'retention', scope),
    verify: verifyOf(child(value, 'verify')),
    schedules: schedulesOf(child(value, 'schedules'), scope),
  };
}

export function verifyOf(node: Node | undefined): VerifyLevel | undefined {
  return wordOf(child(node, 'level'), ['basic', 'standard', 'thorough', 'forensic']);
}

export function storageUseOf(node: Node | undefined, scope: Scope): StorageUse | undefined {
  if (node?.kind !== 'map') return undefined;
  const to = referenceOf(child(node, 'to'), 'storage', scope) ?? '';
  const copies = referencesOf(child(node, 'copies'), 'storage', scope);
  if (copies.includes(to)) reportCopyToItself(child(node, 'copies'), to, scope);
  return { to, copies, replication: replicationOf(node, copies, scope) };
}

function reportCopyToItself(copies: Node | undefined, to: string, { problems }: Scope): void {
  const at = itemsOf(copies).find((item) => textOf(item) === to);
  const message = `${quote(to)} already gets the backups: a copy there would be no second copy`;
  if (at) problems.error({ code: 'copy-to-itself', at, message, hint: 'Name another storage target.' });
}
