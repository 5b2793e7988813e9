import {
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { fromBytePath } from '../../base/capture.ts';
import type { BytePath } from '../../base/capture.ts';
import { codeOf } from '../../base/error.ts';
import { nativePath } from '../open-folder.ts';
import type { OpenFolder } from '../open-folder.ts';
import type { NodeType } from '../tree/mode.ts';
import type { RestoreContext } from './context.ts';
import { EntryRefused } from './entry-refused.ts';
import { withRestored } from './hard-links.ts';
import { applyToLink, applyToOpen, applyToSpecial } from './metadata.ts';
import { statAt } from './stat-at.ts';
import type { SafeEntry } from './tree-walk.ts';
import { unfinishedName } from './unfinished.ts';
import { writeContent } from './write-content.ts';

/**
 * Brings back anything but a folder. It is made under another name beside its place and moved there when it is whole:
 * a crash leaves the old entry or the new one, never half of one, and a link that stands there is replaced, not followed.
 * Throws `EntryRefused` or a system error.
 */
export async function restoreLeaf(context: RestoreContext, folder: OpenFolder, entry: SafeEntry): Promise<void> {
  const place = folder.child(entry.node.name);
  const standing = statAt(place);
  if (standing !== undefined && context.request.overwrite === 'never') throw appeared();
  const temporary = folder.child(unfinishedName());
  try {
    const linked = linkToFirst(context, entry, temporary);
    if (linked) context.tally.add(entry.node.size);
    else await makeEntry(context, entry, { temporary, replaces: standing !== undefined });
    if (standing?.isDirectory() === true) removeEmptyFolder(place);
    putInPlace(context, temporary, place);
    if (!linked) context.links.remember(entry.node, { path: entry.path, place });
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
}

function appeared(): EntryRefused {
  return new EntryRefused('something has been put there since the restore began');
}

function linkToFirst(context: RestoreContext, entry: SafeEntry, temporary: BytePath): boolean {
  const first = context.links.firstOf(entry.node);
  if (first === undefined) return false;
  try {
    return withRestored(context, first, (place) => linkSync(nativePath(place), nativePath(temporary)));
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    const detail = `it stands alone: it could not be linked to ${fromBytePath(first.path)} (${codeOf(error)})`;
    context.tally.fault({ path: entry.path, kind: 'metadata', detail });
    return false;
  }
}

interface Making {
  readonly temporary: BytePath;
  readonly replaces: boolean;
}

async function makeEntry(context: RestoreContext, entry: SafeEntry, making: Making): Promise<void> {
  const { type } = entry.node;
  if (type === 'file') await makeFile(context, entry, making);
  else if (type === 'symlink') makeLink(context, entry, making.temporary);
  else if (type === 'fifo' || type === 'dev' || type === 'chardev') makeSpecial(context, entry, making.temporary);
  else throw new EntryRefused('its type is not known here');
}

async function makeFile(context: RestoreContext, entry: SafeEntry, making: Making): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const fd = openSync(nativePath(making.temporary), flags, 0o600);
  try {
    await writeContent(context, entry.node, fd);
    applyToOpen(context, entry, fd);
    // Some file systems make the new name durable before the data; what it replaces would be lost with a power cut.
    if (making.replaces) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function makeLink(context: RestoreContext, entry: SafeEntry, temporary: BytePath): void {
  const target = entry.node.linkTarget ?? '';
  if (target === '' || target.includes('\0')) throw new EntryRefused('its link target is no path');
  symlinkSync(nativePath(target), nativePath(temporary));
  applyToLink(context, entry, temporary);
}

const typeModes: Partial<Record<NodeType, number>> = {
  fifo: constants.S_IFIFO,
  dev: constants.S_IFBLK,
  chardev: constants.S_IFCHR,
};

function makeSpecial(context: RestoreContext, entry: SafeEntry, temporary: BytePath): void {
  const { calls } = context;
  if (!calls.available) throw new EntryRefused(`FIFOs and devices can't be made here: ${calls.reason}`);
  const mode = (typeModes[entry.node.type] ?? 0) + 0o600;
  calls.posix.makeNode(temporary, mode, entry.node.device);
  applyToSpecial(context, entry, temporary);
}

/** What is in a folder and not in the snapshot stays: then the entry that should stand there can't be brought back. */
function removeEmptyFolder(place: BytePath): void {
  try {
    rmdirSync(nativePath(place));
  } catch (error) {
    if (codeOf(error) !== 'ENOTEMPTY') throw error;
    throw new EntryRefused('a folder that is not empty stands in its place');
  }
}

function putInPlace(context: RestoreContext, temporary: BytePath, place: BytePath): void {
  const [from, to] = [nativePath(temporary), nativePath(place)];
  if (context.request.overwrite === 'always') return renameSync(from, to);
  try {
    // Unlike a rename, a link never replaces what appeared meanwhile.
    linkSync(from, to);
    unlinkSync(from);
  } catch (error) {
    if (codeOf(error) === 'EEXIST' || statAt(place) !== undefined) throw appeared();
    renameSync(from, to);
  }
}

function removeQuietly(temporary: BytePath): void {
  try {
    unlinkSync(nativePath(temporary));
  } catch {
    // It was not made, or has its name by now; the fault that led here is the one to tell.
  }
}
