import {
  dateTime,
  formatSize,
  renderRetention,
  type Difference,
  type PruneEstimate,
  type PruneOutcome,
  type RepairOutcome,
  type RepairReport,
} from '../../index.ts';
import { counted } from './counted.ts';
import { errorLines, faultLines } from './fault.ts';
import { oneLine, printable } from './printable.ts';

/** What `prune --dry-run` shows. */
export function renderEstimate({ decisions, excess, bytesFreed, skipped }: PruneEstimate, timezone: string): string {
  const warnings = excess.map(
    ({ system, schedule, storage, all, removed }) =>
      `${system} (${schedule ?? 'by hand'}${storage === undefined ? '' : `, on ${storage}`}): ${removed} of ${all} would go, more than --max-delete allows without a question`,
  );
  const end = `About ${formatSize(bytesFreed)} would be freed.`;
  return [renderRetention(decisions, timezone), ...warnings, ...skipped.map(skippedLine), end].join('\n\n');
}

export function renderPruneOutcome(outcome: PruneOutcome, timezone: string): string {
  const { run, status, decisions, removed, bytesFreed, refused, locked, skipped, errors } = outcome;
  const held = decisions.filter((decision) => decision.held === true);
  return [
    `${counted(removed, 'backup')} removed, ${formatSize(Math.max(0, bytesFreed))} freed.`,
    ...(held.length > 0 ? [renderRetention(held, timezone)] : []),
    ...locked.map((one) => lockedLine(one, timezone)),
    ...skipped.map(skippedLine),
    ...faultLines(refused),
    ...errors.flatMap((error) => errorLines('failed', error)),
    `run ${run}: ${status}`,
  ].join('\n');
}

function lockedLine({ storage, backups, bytes, until }: PruneOutcome['locked'][number], timezone: string): string {
  const what = [
    ...(backups > 0 ? [counted(backups, 'backup')] : []),
    ...(bytes > 0 ? [`${formatSize(bytes)} that nothing needs`] : []),
  ];
  return `${storage} keeps ${what.join(' and ')} locked${until === undefined ? '' : ` until ${dateTime(until, timezone)}`}`;
}

function skippedLine({ storage, backups, reason }: PruneOutcome['skipped'][number]): string {
  const left = backups === 0 ? '' : `; ${counted(backups, 'backup')} would go from there`;
  return `${storage} was left alone: ${reason}${left}`;
}

export function renderRepairOutcome({ run, status, report, error }: RepairOutcome, timezone: string): string {
  return [
    ...(report === undefined ? [] : [renderRepair(report, timezone, 'repair')]),
    ...(error === undefined ? [] : errorLines('not repaired', error)),
    `run ${run}: ${status}`,
  ].join('\n');
}

/** What is damaged, and what of the backups is lost. */
export function renderRepair(report: RepairReport, timezone: string, mode: 'check' | 'repair'): string {
  const { changed, index, packs, healed, snapshots } = report;
  const lines = [
    ...changedLines(changed),
    ...index.damaged.map((id) => `index file ${id.slice(0, 8)} cannot be read`),
    ...(index.wrong.length > 0 ? [`the index is wrong about ${counted(index.wrong.length, 'pack')}`] : []),
    ...packs.map(
      ({ id, fault, saved, lost }) => `pack ${id.slice(0, 8)}: ${oneLine(fault)}; ${saved} parts saved, ${lost} lost`,
    ),
    ...(healed > 0 ? [`${counted(healed, 'part')} of that from other storage targets`] : []),
    ...snapshots.flatMap((snapshot) => snapshotLines(snapshot, timezone)),
  ];
  if (lines.length === 0) return 'Nothing is damaged.';
  if (snapshots.length > 0) return lines.join('\n');
  const unseen = mode === 'check' && changed.length > 0;
  const end = unseen ? 'What is damaged besides is seen once they are back.' : 'No backup has lost anything.';
  return [...lines, end].join('\n');
}

/** They were changed by somebody: muster removes all of an object, and replaces none. */
function changedLines(changed: RepairReport['changed']): readonly string[] {
  if (changed.length === 0) return [];
  const count = (kind: string): number => changed.filter(({ change }) => change === kind).length;
  const first = changed.slice(0, mostNamed).map(({ name, change }) => `  ${change}: ${printable(name)}`);
  const more = changed.length > mostNamed ? [`  and ${changed.length - mostNamed} more`] : [];
  const planted = count('planted') === 0 ? '' : `, and ${counted(count('planted'), 'key slot')} planted`;
  const what = `${counted(count('removed'), 'object')} removed and ${count('replaced')} replaced by somebody`;
  return [`${what}, whose first versions are still there${planted}`, ...first, ...more];
}

const mostNamed = 20;

function snapshotLines(snapshot: RepairReport['snapshots'][number], timezone: string): readonly string[] {
  const { id, system, time, lost, outcome, replacement } = snapshot;
  const of = system === undefined ? '' : ` of ${printable(system)}`;
  const from = time === undefined ? '' : ` from ${dateTime(time, timezone)}`;
  const words = {
    repaired: `without what it has lost${replacement === undefined ? '' : `: now ${replacement.slice(0, 8)}`}`,
    unreadable: 'nothing of it can be brought back',
    left: 'muster did not make it; it stays as it is unless --snapshot names it',
  };
  const faults = lost.map(({ path, detail }) => ({ path, kind: 'lost', detail }));
  return [`snapshot ${id.slice(0, 8)}${of}${from}: ${words[outcome]}`, ...faultLines(faults, 50)];
}

/** `+ /srv/web/index.html 1.2 KiB`. */
export function differenceLine({ path, kind, sizeBefore, sizeAfter }: Difference): string {
  const mark = { added: '+', removed: '-', content: 'M', metadata: 'U', type: 'T' }[kind];
  const sizes = [sizeBefore, sizeAfter].flatMap((size) => (size === undefined ? [] : formatSize(size)));
  const shown = kind === 'metadata' ? '' : `  ${sizes.join(' → ')}`;
  return `${mark} ${printable(path)}${shown}`;
}
