import { compressions } from '../../base/compression.ts';
import { backupTypesOf, hintForTypes } from '../backup-types.ts';
import type { Schedule, SourceDefinition, StorageUse, System } from '../model/system.ts';
import { quote } from '../quote.ts';
import { child, itemsOf, type Entry, type Node } from '../read/node.ts';
import { namedOf, noObjectives, objectivesOf } from './common.ts';
import { flowOf } from './flows.ts';
import { referenceOf, referencesOf } from './references.ts';
import { schedulesOf } from './schedules.ts';
import type { Scope } from './scope.ts';
import { sourceOf } from './sources.ts';
import { storageUseOf, verifyOf, type TierDefaults } from './tiers.ts';
import { durationOf, numberOf, textOf, wordOf } from './values.ts';

/** A resolver of systems, which folds in what their tiers say. */
export function systemResolver(tiers: ReadonlyMap<string, TierDefaults>): (entry: Entry, scope: Scope) => System {
  return (entry, scope) => systemOf(entry, scope, tiers);
}

function systemOf(entry: Entry, scope: Scope, tiers: ReadonlyMap<string, TierDefaults>): System {
  const { value } = entry;
  const tier = referenceOf(child(value, 'tier'), 'tiers', scope);
  const defaults = tier === undefined ? undefined : tiers.get(tier);
  noteFlows(entry, scope);
  return {
    ...namedOf(entry),
    description: textOf(child(value, 'description')),
    tier,
    priority: numberOf(child(value, 'priority')) ?? defaults?.priority ?? 100,
    needs: referencesOf(child(value, 'needs'), 'systems', scope),
    ...backupOf(entry, scope, defaults),
    objectives: objectivesOf(child(value, 'objectives'), scope, defaults?.objectives ?? noObjectives),
    verify: verifyOf(child(value, 'verify')) ?? defaults?.verify,
    probes: referencesOf(child(value, 'probes'), 'probes', scope),
    recovery: {
      estimate: durationOf(child(child(value, 'recovery'), 'estimate'), scope),
      runbook: referenceOf(child(child(value, 'recovery'), 'runbook'), 'runbooks', scope),
    },
  };
}

/** Recovering the system recovers what it needs, and runs its runbook. */
function noteFlows(entry: Entry, scope: Scope): void {
  const flow = flowOf('systems', entry, scope);
  for (const need of itemsOf(child(entry.value, 'needs'))) flow.leadsTo('systems', textOf(need), need);
  const runbook = child(child(entry.value, 'recovery'), 'runbook');
  if (runbook) flow.leadsTo('runbooks', textOf(runbook), runbook);
}

type BackupParts = Pick<System, 'source' | 'storage' | 'compression' | 'retention' | 'schedules'>;

/** Where, how long and when; nothing of it for a system without a source, whatever its tier says. */
function backupOf(entry: Entry, scope: Scope, defaults: TierDefaults | undefined): BackupParts {
  const { value } = entry;
  const storage = storageUseOf(child(value, 'storage'), scope);
  const retention = referenceOf(child(value, 'retention'), 'retention', scope);
  const schedules = schedulesOf(child(value, 'schedules'), scope);
  if (child(value, 'source') === undefined) {
    for (const key of ['storage', 'compression', 'retention', 'schedules', 'verify']) reportIdle(entry, key, scope);
    return { source: undefined, storage: undefined, retention: undefined, schedules: [] };
  }
  const parts: BackupParts = {
    source: sourceOf(entry, scope),
    storage: storage ?? defaults?.storage,
    compression: wordOf(child(value, 'compression'), compressions) ?? defaults?.compression,
    retention: retention ?? defaults?.retention,
    schedules: overlaid(defaults?.schedules ?? [], schedules),
  };
  checkBackup(entry, parts, scope);
  return parts;
}

function reportIdle(entry: Entry, key: string, { problems }: Scope): void {
  const at = entry.value.kind === 'map' ? entry.value.entries.get(key) : undefined;
  if (!at) return;
  const message = `${quote(key)} has no effect: the system ${quote(entry.name)} has no source`;
  problems.error({ code: 'nothing-to-back-up', at, message, hint: `Add \`source\`, or remove ${quote(key)}.` });
}

/** Own schedules take the places of those with the same name; the others follow. */
function overlaid(inherited: readonly Schedule[], own: readonly Schedule[]): readonly Schedule[] {
  const byName = new Map(inherited.map((schedule) => [schedule.name, schedule]));
  for (const schedule of own) byName.set(schedule.name, schedule);
  return [...byName.values()];
}

function checkBackup(entry: Entry, parts: BackupParts, scope: Scope): void {
  const { problems } = scope;
  const tier = child(entry.value, 'tier');
  // A tier that is not there, or whose storage is wrong, has its own problem.
  const excused = child(entry.value, 'storage') !== undefined || isUnknownTier(tier, scope);
  if (parts.storage === undefined && !excused && child(entry.value, 'source')?.kind === 'map') {
    const message = `the system ${quote(entry.name)} has a source but no storage`;
    problems.error({ code: 'missing-storage', at: entry, message, hint: storageHint(tier) });
  }
  if (parts.storage) checkTargets(entry, parts.storage, parts.schedules, scope);
  if (parts.source) checkTypes(entry, parts.source, parts.schedules, scope);
}

function checkTypes(entry: Entry, source: SourceDefinition, schedules: readonly Schedule[], { problems }: Scope): void {
  const types = backupTypesOf(source);
  for (const { name, backup } of schedules) {
    if (types.includes(backup)) continue;
    const own = child(child(entry.value, 'schedules'), name);
    problems.error({
      code: 'unsupported-backup-type',
      at: child(own, 'backup') ?? entry,
      message: `the schedule ${quote(name)} asks for ${quote(backup)}, which the source of ${quote(entry.name)} cannot give`,
      hint: hintForTypes(source),
    });
  }
}

function isUnknownTier(tier: Node | undefined, scope: Scope): boolean {
  if (tier === undefined) return false;
  const name = textOf(tier);
  if (name === undefined) return true;
  const definition = scope.sections.tiers.get(name);
  return definition === undefined || child(definition.value, 'storage') !== undefined;
}

function storageHint(tier: Node | undefined): string {
  const name = textOf(tier);
  return `Add \`storage: { to: … }\` to it${name === undefined ? '' : `, or to the tier ${quote(name)}`}.`;
}

/** A schedule that writes to one of the copies would leave one copy less than it seems. */
function checkTargets(entry: Entry, storage: StorageUse, schedules: readonly Schedule[], { problems }: Scope): void {
  for (const schedule of schedules) {
    if (schedule.to === undefined || !storage.copies.includes(schedule.to)) continue;
    const message = `the schedule ${quote(schedule.name)} of ${quote(entry.name)} writes to ${quote(schedule.to)}, which is also one of its copies`;
    problems.error({
      code: 'copy-to-itself',
      at: entry,
      message,
      hint: 'Name another target in `to`, or other copies.',
    });
  }
}
