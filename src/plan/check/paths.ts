import { dirname, relative, sep } from 'node:path';
import type { Problems } from '../problems.ts';
import { quote } from '../quote.ts';
import type { Node } from '../read/node.ts';

/** Places that a plan names; gathered while it is resolved. */
export interface Places {
  readonly vaults: Place[];
  /** Files that hold passphrases. */
  readonly keyFiles: Place[];
  readonly sources: SourcePlace[];
}

export interface Place {
  /** Name of its definition. */
  readonly name: string;
  /** Absolute; of a vault on a server it begins with the kind and the server, so that it lies in no folder of this machine. */
  readonly path: string;
  readonly at: Node;
}

export interface SourcePlace extends Place {
  readonly exclude: readonly string[];
}

/**
 * Looks for places that lie in each other: vaults in vaults, and vaults or keys below what is backed up, which would be
 * lost together with it. Takes time in proportion to the number of places.
 */
export function checkPaths(places: Places, problems: Problems): void {
  const vaults = byPath(places.vaults, problems);
  for (const vault of places.vaults) {
    const outer = enclosing(vault.path, vaults);
    if (outer) reportNestedVaults(vault, outer, problems);
  }
  for (const source of places.sources) {
    const vault = vaults.get(source.path) ?? enclosing(source.path, vaults);
    if (vault) reportSourceInVault(source, vault, problems);
  }
  const sources = new Map(places.sources.map((source) => [source.path, source]));
  for (const vault of places.vaults) reportBelow(vault, 'vault', { sources, problems });
  for (const file of places.keyFiles) reportBelow(file, 'key', { sources, problems });
}

function byPath(vaults: readonly Place[], problems: Problems): ReadonlyMap<string, Place> {
  const paths = new Map<string, Place>();
  for (const vault of vaults) {
    const first = paths.get(vault.path);
    if (first === undefined) paths.set(vault.path, vault);
    else
      problems.error({
        code: 'same-storage-path',
        at: vault.at,
        message: `the storage targets ${quote(first.name)} and ${quote(vault.name)} are the same place`,
        hint: 'Give each its own, on another disk or server if it is to be a second copy.',
        related: [{ at: first.at, message: `${first.name} is here` }],
      });
  }
  return paths;
}

/** The nearest of the places that a path lies in, without being it. */
function enclosing<P extends Place>(path: string, places: ReadonlyMap<string, P>): P | undefined {
  if (places.size === 0) return undefined;
  for (let folder = dirname(path), below = path; folder !== below; below = folder, folder = dirname(folder)) {
    const place = places.get(folder);
    if (place) return place;
  }
  return undefined;
}

function reportNestedVaults(inner: Place, outer: Place, problems: Problems): void {
  problems.error({
    code: 'nested-storage',
    at: inner.at,
    message: `the storage target ${quote(inner.name)} lies inside ${quote(outer.name)}`,
    hint: 'Give each its own place, side by side.',
    related: [{ at: outer.at, message: `${outer.name} is here` }],
  });
}

function reportSourceInVault(source: SourcePlace, vault: Place, problems: Problems): void {
  problems.error({
    code: 'source-inside-storage',
    at: source.at,
    message: `the system ${quote(source.name)} would back up the storage target ${quote(vault.name)}`,
    hint: 'Name the paths of the system itself; more copies of the backups are made with `copies`.',
    related: [{ at: vault.at, message: `${vault.name} is here` }],
  });
}

function reportBelow(
  place: Place,
  kind: 'vault' | 'key',
  context: { readonly sources: ReadonlyMap<string, SourcePlace>; readonly problems: Problems },
): void {
  const source = context.sources.get(place.path) ?? enclosing(place.path, context.sources);
  if (!source || (kind === 'vault' && source.path === place.path)) return;
  const related = [{ at: source.at, message: `${source.name} is backed up from here` }];
  if (kind === 'key') {
    const message = `the passphrase of the key ${quote(place.name)} lies inside the system ${quote(source.name)}, and is lost with it`;
    const hint = 'Keep it where it survives the system.';
    context.problems.warning({ code: 'key-inside-source', at: place.at, message, hint, related });
  } else if (!isExcluded(place.path, source)) {
    const message = `the storage target ${quote(place.name)} lies inside the system ${quote(source.name)}: it is backed up into itself, and lost with it`;
    const hint = 'Move it to another disk or machine, or exclude it.';
    context.problems.warning({ code: 'storage-inside-source', at: place.at, message, hint, related });
  }
}

/** Knows plain patterns only: a name, or a path from the source on. A false alarm is better than none. */
function isExcluded(path: string, source: SourcePlace): boolean {
  const parts = relative(source.path, path).split(sep);
  const whole = parts.join('/');
  return source.exclude.some((pattern) => {
    const plain = pattern.replaceAll(/^\/|\/(?:\*\*?)?$/g, '');
    return plain.includes('/') ? whole === plain || whole.startsWith(`${plain}/`) : parts.includes(plain);
  });
}
