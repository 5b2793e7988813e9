import { readdirSync } from 'node:fs';
import type { BytePath, EntryFacts, Excluded, FolderRule } from '../../base/capture.ts';
import { joinPath, nativePath } from '../open-folder.ts';
import type { OpenFolder } from '../open-folder.ts';
import type { Id } from '../repository.ts';
import type { ArchiveContext } from './context.ts';
import type { FolderLook } from './look/looker.ts';
import { addLooked } from './look/plan-looks.ts';
import type { PreviousFolder } from './previous.ts';
import { reading } from './source-fault.ts';
import type { Target, TreeRoot } from './targets.ts';

/** A folder of the snapshot while its entries are saved. */
export interface Place {
  readonly path: BytePath;
  /** The folder on disk. Undefined above the roots: then only what the roots name is looked at. */
  readonly disk: DiskFolder | undefined;
  /** Roots here or below. */
  readonly target: Target | undefined;
  /** The same folder in the parent snapshot. */
  readonly previous: Id | undefined;
  /** What was seen of the folder when somebody compared the two. */
  readonly look?: FolderLook | undefined;
}

interface DiskFolder extends DiskRule {
  readonly folder: OpenFolder;
  readonly facts: EntryFacts;
}

/** What a root says of the entries below it. */
export type DiskRule = Pick<TreeRoot, 'excluded' | 'enter' | 'elsewhere'>;

export function ruleOf({ excluded, enter, elsewhere }: TreeRoot): DiskRule {
  return { excluded, enter, elsewhere };
}

export interface LookedPlace {
  readonly place: Place;
  readonly entries: readonly (number | BytePath)[];
  readonly look: FolderLook | undefined;
}

export function lookedPlace(context: ArchiveContext, given: Place, { tree }: PreviousFolder): LookedPlace {
  const { look } = given;
  if (look === undefined || tree === undefined) {
    const names = namesIn(given);
    return { place: entered(context, given, names), entries: names, look: undefined };
  }
  addLooked(context, look.counts);
  return { place: given, entries: look.entries, look };
}

/** The same place, with what the folder itself says of its content. */
function entered(context: ArchiveContext, place: Place, names: readonly BytePath[]): Place {
  const { path, disk } = place;
  const child = (name: BytePath): BytePath => disk?.folder.child(name) ?? joinPath(path, name);
  const rule = disk?.enter?.({ path, names, child, facts: disk.facts });
  for (const detail of rule?.faults ?? []) context.tally.fault({ path, kind: 'unreadable', detail });
  return disk && rule?.excluded
    ? { ...place, disk: { ...disk, excluded: either(disk.excluded, rule.excluded), elsewhere: undefined } }
    : place;
}

function either(above: Excluded, own: NonNullable<FolderRule['excluded']>): Excluded {
  return (...entry) => above(...entry) || own(...entry);
}

/** In byte order: one character is one byte, so JavaScript's own order is right. */
function namesIn(place: Place): readonly BytePath[] {
  const wanted = place.target === undefined ? [] : place.target.children.keys();
  const { disk } = place;
  if (disk === undefined) return [...wanted].sort();
  const listed = reading(place.path, () => readdirSync(nativePath(disk.folder.self), 'latin1'));
  return [...new Set([...listed, ...wanted])].sort();
}

/** Of this very folder, and of no other that has taken its place. */
export function lookOf(look: FolderLook | undefined, { dev, ino }: EntryFacts): FolderLook | undefined {
  return look?.dev === dev && look.ino === ino ? look : undefined;
}
