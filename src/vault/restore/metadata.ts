import { closeSync, constants, openSync } from 'node:fs';
import { chmodSync, chownSync, fchmodSync, fchownSync, futimesSync, lchownSync, lutimesSync } from 'node:fs';
import type { BytePath } from '../../base/capture.ts';
import { codeOf, messageOf } from '../../base/error.ts';
import { detailOf } from '../archive/source-fault.ts';
import { nativePath } from '../open-folder.ts';
import type { Posix, PosixPlace } from '../posix.ts';
import { permissionsOf } from '../tree/mode.ts';
import type { ExtendedAttribute, TreeNode } from '../tree/node.ts';
import type { MetadataContext } from './context.ts';

/** What is set after the content. */
export type NodeFacts = Pick<TreeNode, 'type' | 'mode' | 'uid' | 'gid' | 'mtime' | 'atime' | 'attributes'>;

/** Opens a place itself, even a FIFO or a device, for nothing but calls on its data. Node does not name it. */
const openPath = 0o10_000_000;
const accessLists = ['system.posix_acl_access', 'system.posix_acl_default'];

/**
 * Owner, attributes, mode and times of a file or folder that is open, in this order: a new owner takes away set-user-id
 * and capabilities, an access list changes the mode, and everything changes the times. What fails is a `metadata` fault.
 */
export function applyToOpen(context: MetadataContext, entry: Described, fd: number): void {
  const { node } = entry;
  const { known } = context;
  if (known?.uid !== node.uid || known.gid !== node.gid)
    attempt(context, entry, () => own(context, () => fchownSync(fd, node.uid, node.gid)));
  applyAttributes(context, entry, fd);
  const mode = modeFor(context, node);
  if (known?.mode !== mode || node.attributes.length > 0) attempt(context, entry, () => fchmodSync(fd, mode));
  attempt(context, entry, () => setTimes(context, node, fd));
}

/** As `applyToOpen`, for a symbolic link: it has no mode. */
export function applyToLink(context: MetadataContext, entry: Described, place: BytePath): void {
  const { node } = entry;
  attempt(context, entry, () => own(context, () => lchownSync(nativePath(place), node.uid, node.gid)));
  applyAttributes(context, entry, place);
  attempt(context, entry, () => setTimes(context, node, place));
}

/** As `applyToOpen`, for a FIFO or a device, which must not be opened for use. */
export function applyToSpecial(context: MetadataContext, entry: Described, place: BytePath): void {
  const { node } = entry;
  const fd = openSync(nativePath(place), openPath | constants.O_NOFOLLOW);
  try {
    const self = `/proc/self/fd/${fd}`;
    attempt(context, entry, () => own(context, () => chownSync(self, node.uid, node.gid)));
    applyAttributes(context, entry, place);
    attempt(context, entry, () => chmodSync(self, modeFor(context, node)));
  } finally {
    closeSync(fd);
  }
  attempt(context, entry, () => setTimes(context, node, place));
}

export interface Described {
  readonly node: NodeFacts;
  /** In the snapshot. */
  readonly path: BytePath;
}

function attempt(context: MetadataContext, { path }: Described, call: () => void): void {
  try {
    call();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    const detail = `its owner, mode, times or attributes could not be set: ${detailOf(code)}`;
    context.tally.fault({ path, kind: 'metadata', detail });
  }
}

function own(context: MetadataContext, call: () => void): void {
  if (context.asRoot) call();
}

/** A file that stays with whoever restores it must not act in his name for others. */
export function modeFor(context: Pick<MetadataContext, 'asRoot'>, node: NodeFacts): number {
  const mode = permissionsOf(node.mode);
  const keepsOwner = context.asRoot || (process.geteuid?.() === node.uid && process.getegid?.() === node.gid);
  return keepsOwner || node.type === 'dir' ? mode : mode & 0o1777;
}

function setTimes(context: MetadataContext, node: NodeFacts, place: PosixPlace): void {
  const { atime, mtime } = node;
  if (context.calls.available) return context.calls.posix.setTimes(place, { atime, mtime });
  // Text, because a negative number would mean "now" to Node.
  const [access, modified] = [inSeconds(atime), inSeconds(mtime)];
  if (typeof place === 'number') futimesSync(place, access, modified);
  else lutimesSync(nativePath(place), access, modified);
}

function inSeconds(time: bigint): string {
  return (Number(time) / 1e9).toFixed(9);
}

function applyAttributes(context: MetadataContext, entry: Described, place: PosixPlace): void {
  const { calls } = context;
  const { node, path } = entry;
  if (!calls.available) return noteLost(context, entry, calls.reason);
  for (const attribute of node.attributes) {
    try {
      calls.posix.setAttribute(place, attribute);
    } catch (error) {
      if (isForRoot(context, attribute, error)) continue;
      const detail = `attribute ${attribute.name} could not be set: ${detailOf(codeOf(error) ?? messageOf(error))}`;
      context.tally.fault({ path, kind: 'metadata', detail });
    }
  }
  if (node.type !== 'symlink' && context.inherits !== false) dropInherited(calls.posix, node, place);
}

function noteLost(context: MetadataContext, { node, path }: Described, reason: string): void {
  if (node.attributes.length === 0) return;
  const names = node.attributes.map((attribute) => attribute.name).join(', ');
  context.tally.fault({ path, kind: 'metadata', detail: `attributes could not be set (${reason}): ${names}` });
}

/** As with owners: what only root may set is left out without a fault when somebody else restores. */
function isForRoot(context: MetadataContext, { name }: ExtendedAttribute, error: unknown): boolean {
  return !context.asRoot && codeOf(error) === 'EPERM' && /^(security|trusted)\./.test(name);
}

/** Access lists that a new entry got from the folder it was made in, and that it did not have. */
function dropInherited(posix: Posix, node: NodeFacts, place: PosixPlace): void {
  const names = new Set(node.attributes.map((attribute) => attribute.name));
  for (const name of accessLists) {
    if (names.has(name) || (name.endsWith('default') && node.type !== 'dir')) continue;
    try {
      posix.removeAttribute(place, name);
    } catch {
      // Nothing to take away, or not ours to take; the mode is set after this in any case.
    }
  }
}
