import type { BytePath, CaptureRoot, EnteredFolder, EntryFacts, Excluded, FolderRule } from '../../base/capture.ts';
import type { FilesSource } from '../../plan/model/system.ts';
import { isWithin, normalise } from '../scope.ts';
import { isCacheTag } from './cache-tag.ts';
import { isUnreachable } from './exclude.ts';
import { ignoreFile, rulesInIgnoreFile } from './ignore-file.ts';

type Enter = NonNullable<Extract<CaptureRoot, { readonly kind: 'tree' }>['enter']>;

/** `excluded`, and files that are too large besides. What a path of the source names itself is never asked about. */
export function withSizeLimit(excluded: Excluded, limit: number | undefined): Excluded {
  if (limit === undefined) return excluded;
  return (path, isFolder, facts) =>
    excluded(path, isFolder, facts) || (!isFolder && facts !== undefined && facts.size > limit);
}

/**
 * What the folders below the paths of a source say of their content: mounted file systems, tags, and `.musterignore`.
 * None of it holds for a path that the plan names. `lacks` tells a folder whose content a snapshot does not hold: unless
 * the plan leaves such out, that is a fault.
 */
export function folderRules(definition: FilesSource, lacks?: (facts: EntryFacts) => boolean): Enter {
  const named = normalise(definition.paths);
  const devices = new Map<BytePath, bigint>();
  return (folder) => {
    if (named.includes(folder.path)) devices.set(folder.path, folder.facts.dev);
    const rules = [
      ...fileSystemRules(definition, folder, { devices, lacks }),
      ...tagRules(definition, folder),
      ...(folder.names.includes(ignoreFile) ? [rulesInIgnoreFile(folder)] : []),
    ];
    return rules.length === 0 ? undefined : sparing(joined(rules), folder.path, named);
  };
}

interface FileSystems {
  /** Numbers of the file systems that the named paths lie on. */
  readonly devices: ReadonlyMap<BytePath, bigint>;
  readonly lacks: ((facts: EntryFacts) => boolean) | undefined;
}

function fileSystemRules(
  { oneFileSystem = false }: FilesSource,
  { path, facts }: EnteredFolder,
  { devices, lacks }: FileSystems,
): readonly FolderRule[] {
  if (!oneFileSystem) return lacks?.(facts) === true && !isOwnSnapshot(path) ? [{ faults: [lost] }] : [];
  const above = [...devices.keys()].filter((root) => isWithin(path, root)).sort((a, b) => b.length - a.length);
  return devices.get(above[0] ?? path) === facts.dev ? [] : [{ excluded: () => true }];
}

/** Left behind by a killed backup of other paths; nobody misses it. */
function isOwnSnapshot(path: BytePath): boolean {
  return /\/\.muster-[0-9a-f]{12}$/.test(path);
}

const lost = 'it is a subvolume of its own, which the snapshot of the one around it does not hold';

/** As restic does it: the folder stays, with the file that says so. */
function tagRules(
  { excludeCaches = false, excludeIfPresent = [] }: FilesSource,
  folder: EnteredFolder,
): readonly FolderRule[] {
  // Names of the plan are text, those of folders bytes.
  const present = excludeIfPresent
    .map((name) => Buffer.from(name, 'utf8').toString('latin1'))
    .filter((name) => folder.names.includes(name));
  const tags = excludeCaches && isCacheTag(folder) ? ['CACHEDIR.TAG', ...present] : present;
  return tags.map((tag) => {
    const kept = `${folder.path === '/' ? '' : folder.path}/${tag}`;
    return { excluded: (path) => path !== kept };
  });
}

function joined(rules: readonly FolderRule[]): FolderRule {
  return {
    excluded: (...entry) => rules.some((rule) => rule.excluded?.(...entry)),
    faults: rules.flatMap((rule) => rule.faults ?? []),
  };
}

/** The rule of a folder without a say in the named paths below it, nor in the folders that lead there. */
function sparing(rule: FolderRule, folder: BytePath, named: readonly BytePath[]): FolderRule {
  const { excluded = () => false } = rule;
  const spared = named.filter((path) => path !== folder && isWithin(path, folder));
  if (spared.length === 0) return rule;
  const sparingly: Excluded = (path, isFolder, facts) => {
    if (spared.some((one) => isWithin(one, path) || isWithin(path, one))) return false;
    // What leads to a named path is walked although it is left out: what else is there has to be asked about each.
    const above = path.slice(0, path.lastIndexOf('/'));
    const isDirect = above === folder || above === '';
    return excluded(path, isFolder, facts) || (!isDirect && isUnreachable(excluded, folder, above));
  };
  return { ...rule, excluded: sparingly };
}
