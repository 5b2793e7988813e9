import {
  dateTime,
  formatSize,
  fromBytePath,
  ratiosOf,
  resticPlace,
  type BackupRecord,
  type Entry,
  type Plan,
} from '../../index.ts';
import { printable } from './printable.ts';
import { counted } from './counted.ts';

/** One backup in full, with the way to read it without muster. */
export function renderBackup(backup: BackupRecord, plan: Plan): string {
  const facts: readonly (readonly [string, string])[] = [
    ['backup', backup.id],
    ['system', `${backup.system} (${backup.source})`],
    ['type', backup.type],
    ['schedule', backup.schedule ?? 'by hand'],
    ['status', backup.status],
    ['started', dateTime(backup.startedAt, plan.timezone)],
    ['finished', dateTime(backup.finishedAt, plan.timezone)],
    ...(backup.bytesNew === undefined ? [] : [['compared', comparedText(backup)] as const]),
    ['content', contentText(backup)],
    ['read', formatSize(backup.bytesRead)],
    ['new', newText(backup)],
    ['stored', formatSize(backup.bytesStored)],
    ['run', backup.run],
    ...Object.entries(backup.manifest.rows ?? {}).map(([table, rows]) => ['rows', `${table}: ${rows}`] as const),
    ...backup.storage.map(
      (copy) => ['on', `${copy.name}: ${copy.status === 'stored' ? copy.snapshot : copy.status}`] as const,
    ),
  ];
  return [...facts.map(([name, text]) => `${name.padEnd(9)} ${text}`), '', ...withoutMuster(backup, plan)].join('\n');
}

function comparedText({ parent }: BackupRecord): string {
  return parent === undefined ? 'with nothing: every byte was read' : `with ${parent}`;
}

function contentText({ files, folders, filesNew, filesChanged, filesUnmodified, bytesTotal }: BackupRecord): string {
  const size = `${counted(files, 'file')}, ${formatSize(bytesTotal)}`;
  if (folders === undefined || filesNew === undefined) return size;
  const kinds = `${filesNew} new, ${filesChanged ?? 0} changed, ${filesUnmodified ?? 0} unmodified`;
  return `${size} in ${counted(folders, 'folder')}; ${kinds}`;
}

function newText(backup: BackupRecord): string {
  const { deduplication, compression } = ratiosOf(backup);
  const ratios = [
    ...(deduplication === undefined ? [] : [`deduplication ${deduplication.toFixed(2)}`]),
    ...(compression === undefined ? [] : [`compression ${compression.toFixed(2)}`]),
  ];
  const size = backup.bytesNew === undefined ? 'not counted' : formatSize(backup.bytesNew);
  return ratios.length === 0 ? size : `${size} (${ratios.join(', ')})`;
}

function withoutMuster(backup: BackupRecord, plan: Plan): readonly string[] {
  const copy = backup.storage.find((one) => one.status === 'stored' && plan.storage.has(one.name));
  const storage = copy && plan.storage.get(copy.name);
  if (!copy || !storage) return [];
  return [
    'Without muster:',
    `  restic -r ${shellWord(resticPlace(storage))} restore ${copy.snapshot.slice(0, 8)} --target FOLDER`,
  ];
}

/** One line of a listing, as `ls -l` would. */
export function renderEntry(entry: Entry, timezone: string): string {
  const kind = { file: '-', dir: 'd', symlink: 'l', fifo: 'p', dev: 'b', chardev: 'c', socket: 's' }[entry.type];
  const link = entry.linkTarget === undefined ? '' : ` -> ${printable(fromBytePath(entry.linkTarget))}`;
  const when = dateTime(entry.modifiedAt, timezone).slice(0, -7);
  return `${kind}${permissions(entry.mode)} ${entry.uid}:${entry.gid} ${String(entry.size).padStart(12)} ${when} ${printable(fromBytePath(entry.path))}${link}`;
}

function permissions(mode: number): string {
  return [6, 3, 0]
    .map((shift) => ['r', 'w', 'x'].map((letter, index) => ((mode >> shift) & (4 >> index) ? letter : '-')).join(''))
    .join('');
}

/** A word that a shell takes as it is. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
