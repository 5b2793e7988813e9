import type { Problems } from '../problems.ts';
import { quote } from '../quote.ts';
import { child, entriesOf, itemsOf, type Entry, type MapNode, type Node } from './node.ts';
import { unitsOf, type Unit } from './read-plan.ts';

/** Sections that are maps of definitions by name. */
export const sectionNames = [
  'keys',
  'storage',
  'retention',
  'tiers',
  'systems',
  'probes',
  'actions',
  'runbooks',
  'channels',
  'contacts',
  'audiences',
  'messages',
] as const;

export type SectionName = (typeof sectionNames)[number];

/** What the files of a plan say together; still as authored. */
export interface Authored {
  /** Keys that the plan itself states once. */
  readonly name: Entry | undefined;
  readonly timezone: Entry | undefined;
  readonly muster: Entry | undefined;
  readonly sections: Sections;
  readonly routes: readonly Node[];
}

/** The plan's own definitions first, then inherited ones that it does not replace. */
export type Sections = Readonly<Record<SectionName, ReadonlyMap<string, Entry>>>;

/** Puts the files together, name by name; nothing inside a definition is ever merged. */
export function merge(unit: Unit, problems: Problems): Authored {
  const roots = unit.files.map(({ root }) => root);
  const state: State = { problems, merged: new Map() };
  const { sections, routes } = mergeUnit(state, unit);
  for (const { files } of unitsOf(unit))
    for (const { file, root } of files) if (file.inherited) refuseSettings(root, problems);
  return {
    name: settingOf(roots, 'name', problems),
    timezone: settingOf(roots, 'timezone', problems),
    muster: roots.map((root) => root.entries.get('muster')).find((entry) => entry !== undefined),
    sections,
    routes,
  };
}

interface MergedUnit {
  readonly sections: Record<SectionName, Map<string, Entry>>;
  readonly routes: readonly Node[];
}

interface State {
  readonly problems: Problems;
  /** What several units extend is merged once, so that its definitions are one and the same. */
  readonly merged: Map<Unit, MergedUnit>;
}

function mergeUnit(state: State, unit: Unit): MergedUnit {
  const known = state.merged.get(unit);
  if (known) return known;
  const inherited = unit.inherits.map((other) => mergeUnit(state, other));
  const names = sectionNames.map((name) => [name, mergeSection(state, name, unit, inherited)] as const);
  const own = unit.files.flatMap(({ root }) => itemsOf(child(root, 'routes')));
  const merged: MergedUnit = {
    // Every name of the list is there.
    sections: Object.fromEntries(names) as MergedUnit['sections'],
    routes: [...new Set([...own, ...inherited.flatMap(({ routes }) => routes)])],
  };
  state.merged.set(unit, merged);
  return merged;
}

function mergeSection(
  { problems }: State,
  name: SectionName,
  unit: Unit,
  inherited: readonly MergedUnit[],
): Map<string, Entry> {
  const merged = new Map<string, Entry>();
  for (const { root } of unit.files)
    for (const entry of entriesOf(child(root, name))) add(merged, entry, problems, name);
  const own = new Set(merged.keys());
  for (const { sections } of inherited)
    for (const entry of sections[name].values()) if (!own.has(entry.name)) add(merged, entry, problems, name);
  return merged;
}

function add(merged: Map<string, Entry>, entry: Entry, problems: Problems, section: SectionName): void {
  const first = merged.get(entry.name);
  if (first === undefined) merged.set(entry.name, entry);
  else if (first !== entry)
    reportTwice(first, entry, `${quote(entry.name)} is defined twice under ${quote(section)}`, problems);
}

function reportTwice(first: Entry, second: Entry, message: string, problems: Problems): void {
  problems.error({
    code: 'duplicate-name',
    at: second,
    message,
    hint: 'Rename one of them, or remove it.',
    related: [{ at: first, message: 'first here' }],
  });
}

function settingOf(roots: readonly MapNode[], key: string, problems: Problems): Entry | undefined {
  const [first, ...others] = roots.flatMap((root) => root.entries.get(key) ?? []);
  if (first) for (const other of others) reportTwice(first, other, `${quote(key)} stands in two files`, problems);
  return first;
}

/** Only definitions are inherited. */
function refuseSettings(root: MapNode, problems: Problems): void {
  for (const key of ['name', 'timezone']) {
    const entry = root.entries.get(key);
    if (!entry) continue;
    const message = `${quote(key)} has no meaning in a file that is extended`;
    problems.error({ code: 'misplaced-key', at: entry, message, hint: 'Move it to the plan itself.' });
  }
}
