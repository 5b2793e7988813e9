import { checkCircles } from '../check/circles.ts';
import { laterChecks, runLaterChecks } from '../check/later.ts';
import { isName } from '../check/names.ts';
import { checkPaths } from '../check/paths.ts';
import { checkTimezone } from '../check/timezone.ts';
import { warnOfUnused } from '../check/unused.ts';
import type { Plan, PlanSources } from '../model/plan.ts';
import type { Problems } from '../problems.ts';
import { quote } from '../quote.ts';
import { sectionNames, type Authored, type SectionName } from '../read/merge.ts';
import { definitionsOf } from './common.ts';
import { deepFreeze } from './freeze.ts';
import { keyOf } from './keys.ts';
import { audienceOf, channelOf, contactOf, messageOf, routesOf } from './messages.ts';
import { probeOf } from './probes.ts';
import { retentionOf } from './retention.ts';
import { actionOf, runbookOf } from './runbooks.ts';
import type { Scope } from './scope.ts';
import { storageOf } from './storage.ts';
import { systemResolver } from './systems.ts';
import { tierDefaults, tierOf } from './tiers.ts';
import { textOf } from './values.ts';

/** What is known of a plan before it is resolved. */
export interface PlanFacts {
  readonly files: readonly string[];
  readonly sources: PlanSources;
  readonly folder: string;
  readonly hash: string;
  readonly complete: boolean;
}

/** Parses every value, links every name and fills in every default. The plan is of use only when there are no errors. */
export async function resolvePlan(authored: Authored, facts: PlanFacts, problems: Problems): Promise<Plan> {
  const scope = scopeOf(authored, facts, problems);
  const plan: Plan = {
    files: facts.files,
    sources: facts.sources,
    folder: facts.folder,
    hash: facts.hash,
    name: nameOf(authored, problems),
    timezone: scope.timezone,
    ...sectionsOf(scope),
    routes: routesOf(authored.routes, scope),
  };
  checkCircles(scope.flows, problems);
  checkPaths(scope.places, problems);
  checkKeys(scope);
  await runLaterChecks(scope.later, problems);
  if (!problems.failed) warnOfUnused(scope);
  return deepFreeze(plan);
}

function scopeOf(authored: Authored, facts: PlanFacts, problems: Problems): Scope {
  return {
    problems,
    sections: authored.sections,
    complete: facts.complete,
    // Every name of the list is there.
    used: Object.fromEntries(sectionNames.map((name) => [name, new Set<string>()])) as Record<SectionName, Set<string>>,
    timezone: timezoneOf(authored, problems),
    later: laterChecks(),
    messageParams: new Map(),
    flows: new Map(),
    places: { vaults: [], keyFiles: [], sources: [] },
  };
}

function sectionsOf(
  scope: Scope,
): Omit<Plan, 'files' | 'sources' | 'folder' | 'hash' | 'name' | 'timezone' | 'routes'> {
  const defaults = tierDefaults(scope);
  return {
    keys: definitionsOf('keys', scope, keyOf),
    storage: definitionsOf('storage', scope, storageOf),
    retention: definitionsOf('retention', scope, retentionOf),
    tiers: definitionsOf('tiers', scope, tierOf),
    systems: definitionsOf('systems', scope, systemResolver(defaults)),
    probes: definitionsOf('probes', scope, probeOf),
    actions: definitionsOf('actions', scope, actionOf),
    runbooks: definitionsOf('runbooks', scope, runbookOf),
    channels: definitionsOf('channels', scope, channelOf),
    contacts: definitionsOf('contacts', scope, contactOf),
    audiences: definitionsOf('audiences', scope, audienceOf),
    messages: definitionsOf('messages', scope, messageOf),
  };
}

function nameOf({ name }: Authored, problems: Problems): string {
  const text = textOf(name?.value) ?? '';
  if (!name || textOf(name.value) === undefined || isName(text)) return text;
  const message = `${quote(text)} is not a name: names are words of lower-case letters and digits, joined by hyphens`;
  problems.error({ code: 'bad-name', at: name.value, message, hint: 'Write it in kebab-case.' });
  return text;
}

function timezoneOf({ timezone }: Authored, problems: Problems): string {
  const name = textOf(timezone?.value);
  if (!timezone || name === undefined) return 'UTC';
  checkTimezone(timezone.value, name, problems);
  return name;
}

/** Every vault is encrypted, so storage without a key cannot be opened. */
function checkKeys({ sections, complete, problems }: Scope): void {
  const target = sections.storage.values().next().value;
  if (!target || sections.keys.size > 0 || !complete) return;
  const message = `no key opens the storage target ${quote(target.name)}`;
  const hint = 'Add `keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }`.';
  problems.error({ code: 'no-key', at: target, message, hint });
}
