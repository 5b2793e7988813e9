import type { Instant } from '../../base/clock.ts';
import { formatSize } from '../../base/size.ts';
import type { StatusReport, StorageStatus, SystemStatus } from '../status.ts';
import { ageNote, costNote, costText, fullText, growthText } from './storage.ts';
import { painted, plain, type Paint } from './paint.ts';
import { table } from './table.ts';
import { momentText, lengthOf } from './time.ts';

/** Systems and storage, each with its state; below, why something is not well. */
export function renderStatus(report: StatusReport, timezone: string, paint: Paint = plain): string {
  const systems = report.systems.map((system) => [
    system.name,
    system.tier ?? '–',
    painted(system.state, paint),
    momentText(system.lastBackup, timezone),
    system.rpo.target === undefined
      ? '–'
      : `${lengthOf(system.rpo.age)} of ${lengthOf(system.rpo.target)}, ${painted(system.rpo.verdict, paint)}`,
    momentText(system.nextBackup, timezone),
    momentText(system.lastVerified, timezone),
    momentText(system.lastProvenRestore, timezone),
  ]);
  const header = ['SYSTEM', 'TIER', 'STATE', 'LAST BACKUP', 'RPO NOW', 'NEXT DUE', 'VERIFIED', 'PROVEN RESTORE'];
  const copies = report.systems.flatMap((system) => copiesBehind(system, paint));
  const notes = [...report.systems.flatMap(notesOn), ...report.storage.flatMap((one) => storageNotes(one, report.at))];
  return [
    table(header, systems),
    storageTable(report.storage, timezone, paint),
    ...(copies.length > 0 ? [table(['COPIES BEHIND', 'STORAGE', 'LAG', 'MISSING', 'OF RPO', 'VERDICT'], copies)] : []),
    ...(notes.length > 0 ? [notes.join('\n')] : []),
  ].join('\n\n');
}

/** What is not known of any target has no column. */
function storageTable(storage: readonly StorageStatus[], timezone: string, paint: Paint): string {
  const grows = storage.some(({ growth }) => growth !== undefined);
  const costs = storage.some(({ cost }) => cost !== undefined);
  const rows = storage.map((one) => [
    one.name,
    one.location ?? '–',
    usage(one),
    ...(grows ? [growthText(one), fullText(one, timezone)] : []),
    ...(costs ? [costText(one)] : []),
    painted(one.verdict, paint),
  ]);
  const header = ['STORAGE', 'LOCATION', 'USED', ...(grows ? ['GROWTH', 'FULL'] : []), ...(costs ? ['COST'] : [])];
  return table([...header, 'VERDICT'], rows);
}

/** Targets that lack backups. */
function copiesBehind({ name, copies, rpo }: SystemStatus, paint: Paint): readonly (readonly string[])[] {
  return copies
    .filter(({ missing }) => missing > 0)
    .map(({ storage, lag, missing, verdict }) => [
      name,
      storage,
      lag === undefined ? 'all' : lengthOf(lag),
      String(missing),
      lengthOf(rpo.target),
      painted(verdict, paint),
    ]);
}

function usage({ used, capacity, fraction }: StorageStatus): string {
  const size = used === undefined ? '–' : formatSize(used);
  if (capacity === undefined || fraction === undefined) return size;
  return `${size} of ${formatSize(capacity)} (${Math.round(fraction * 100)} %)`;
}

function storageNotes(storage: StorageStatus, now: Instant): readonly string[] {
  const { name, tamperTest: test } = storage;
  return [
    ...ageNote(name, storage, now),
    ...costNote(name, storage),
    ...sealedNote(storage, now),
    ...changesNote(storage),
    ...(test ? [`tamper test of ${name}: ${test.verdict}, ${lengthOf(test.age)} ago`] : []),
  ];
}

/** Nothing where it is up to date, or where nobody has tried yet. */
function sealedNote({ name, catalog }: StorageStatus, now: Instant): readonly string[] {
  if (catalog?.kept === false) return [`${name} can't keep plan and catalog: another storage target has to`];
  if (catalog === undefined || (catalog.runsBehind === 0 && catalog.fault === undefined)) return [];
  const since = catalog.at === undefined ? 'never came there' : `is ${lengthOf(now - catalog.at)} old`;
  const runs = `${catalog.runsBehind} run${catalog.runsBehind === 1 ? '' : 's'} behind`;
  return [`${name}: the sealed catalog ${since}, ${runs}${catalog.fault === undefined ? '' : `: ${catalog.fault}`}`];
}

function changesNote({ name, changes }: StorageStatus): readonly string[] {
  if (changes === undefined || changes.removed + changes.replaced === 0) return [];
  const { removed, replaced } = changes;
  return [
    `${name}: ATTACKED: somebody has removed ${removed} and replaced ${replaced} objects; see muster repair ${name} --dry-run`,
  ];
}

function notesOn({ name, state, reasons, proof }: SystemStatus): readonly string[] {
  const notes = state === 'ok' ? reasons.filter((reason) => reason.includes('partial')) : reasons;
  const unproven = proof.verdict === 'violated' ? proof.reasons : [];
  return [...notes, ...unproven].map((note) => `${name}: ${note}`);
}
