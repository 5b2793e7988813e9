import { isUtf8, jsonBytes, jsonText } from './json-text.ts';
import type { ExtendedAttribute, TreeNode } from './node.ts';
import { quoteName } from './quote.ts';
import { formatTime } from './timestamp.ts';

/** A tree object from the JSON of its nodes, which are in byte order of their names. The line feed belongs to it. */
export function treeBytes(nodes: readonly string[]): Buffer {
  return Buffer.from(`{"nodes":[${nodes.join(',')}]}\n`, 'utf8');
}

/**
 * JSON of a node, byte for byte as restic's Go writes it: trees are addressed by their content, so the order of the
 * fields and what is left out when empty decide whether two backups share a tree.
 */
export function nodeJson(node: TreeNode): string {
  let text = `{"name":${jsonText(quoteName(node.name))},"type":"${node.type}"`;
  if (node.mode !== 0) text += `,"mode":${node.mode}`;
  const mtime = formatTime(node.mtime);
  const [atime, ctime] = [node.atime, node.ctime].map((time) => (time === node.mtime ? mtime : formatTime(time)));
  text += `,"mtime":"${mtime}","atime":"${atime}","ctime":"${ctime}"`;
  text += `,"uid":${node.uid},"gid":${node.gid}`;
  if (node.user !== '') text += `,"user":${jsonText(node.user)}`;
  if (node.group !== '') text += `,"group":${jsonText(node.group)}`;
  return `${text}${numbersJson(node)}${linkJson(node)}${attributesJson(node.attributes)}${contentJson(node)}}`;
}

function numbersJson(node: TreeNode): string {
  let text = '';
  if (node.inode !== 0n) text += `,"inode":${node.inode}`;
  if (node.deviceId !== 0n) text += `,"device_id":${node.deviceId}`;
  if (node.size !== 0) text += `,"size":${node.size}`;
  if (node.links !== 0) text += `,"links":${node.links}`;
  return text;
}

/** `linktarget_raw` is how newer versions of restic keep targets that are not UTF-8; 0.14 would lose those bytes. */
function linkJson(node: TreeNode): string {
  const target = node.linkTarget;
  if (target === undefined || target === '') return '';
  const raw = isUtf8(target) ? '' : `,"linktarget_raw":"${Buffer.from(target, 'latin1').toString('base64')}"`;
  return `,"linktarget":${jsonBytes(target)}${raw}`;
}

function attributesJson(attributes: readonly ExtendedAttribute[]): string {
  if (attributes.length === 0) return '';
  const list = attributes.map(({ name, value }) => `{"name":${jsonText(name)},"value":"${value.toString('base64')}"}`);
  return `,"extended_attributes":[${list.join(',')}]`;
}

function contentJson(node: TreeNode): string {
  const device = node.device === 0n ? '' : `,"device":${node.device}`;
  const content = node.content === undefined ? 'null' : `[${node.content.map((id) => `"${id}"`).join(',')}]`;
  const subtree = node.subtree === undefined ? '' : `,"subtree":"${node.subtree}"`;
  return `${device},"content":${content}${subtree}`;
}
