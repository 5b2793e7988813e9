import {
  dateTime,
  table,
  type KeyChange,
  type MasterRotation,
  type Paint,
  type SlotLine,
  type StorageKeys,
} from '../../index.ts';
import { counted } from './counted.ts';
import { errorLines } from './fault.ts';

/** A line for each slot, and below the table what else is to be known. */
export function renderKeys(storage: readonly StorageKeys[], timezone: string, paint: Paint): string {
  const rows = storage.flatMap(({ storage: name, slots }) => slots.map((slot) => [name, ...cells(slot, timezone)]));
  const lines = storage.flatMap((each) => notes(each, paint));
  const tables = rows.length === 0 ? [] : [table(['STORAGE', 'SLOT', 'MADE', 'BY', 'OPENED BY'], rows)];
  return [...tables, ...lines].join('\n');
}

function cells({ id, created, username, hostname, keys, damaged }: SlotLine, timezone: string): readonly string[] {
  const made = created === undefined ? 'unknown' : dateTime(created, timezone);
  const opens = damaged ? 'damaged' : keys.length === 0 ? 'no key of the plan' : keys.join(', ');
  return [id.slice(0, 8), made, `${username}@${hostname}`, opens];
}

function notes({ storage, slots, untried, without, error }: StorageKeys, paint: Paint): readonly string[] {
  if (error !== undefined) return errorLines(`${paint.bad('✗')} ${storage}`, error);
  if (slots.length === 0) return [`- ${storage}: no vault yet; it gets every key of the plan when it is made`];
  return [
    ...untried.map(({ key, reason }) => `${paint.doubtful('!')} ${storage}: the key ${key} was not tried: ${reason}`),
    ...without.map((key) => `${paint.doubtful('!')} ${storage}: the key ${key} opens nothing; muster keys add ${key}`),
  ];
}

/** What became of each target; after a removal, what that does not undo. */
export function renderKeyChanges(changes: readonly KeyChange[], paint: Paint): string {
  const lines = changes.flatMap((change) => changeLines(change, paint));
  return [...lines, ...(changes.some(({ removed }) => removed.length > 0) ? [masterKeyStays] : [])].join('\n');
}

function changeLines({ storage, status, added, removed, error }: KeyChange, paint: Paint): readonly string[] {
  if (status === 'failed') return errorLines(`${paint.bad('✗')} ${storage}`, error);
  if (status === 'no-vault') return [`- ${storage}: no vault yet; it gets every key of the plan when it is made`];
  if (status === 'unchanged') return [`${paint.good('✓')} ${storage}: it was so already`];
  const what = [...slotsText('added', added), ...slotsText('removed', removed)].join(', ');
  return [`${paint.good('✓')} ${storage}: ${what}`];
}

function slotsText(done: string, slots: readonly string[]): readonly string[] {
  if (slots.length === 0) return [];
  return [`${counted(slots.length, 'slot')} ${done} (${slots.map((slot) => slot.slice(0, 8)).join(', ')})`];
}

const masterKeyStays = `
The master key is still the same: whoever knew a removed passphrase may have read it while it was valid, and can then read
the vault, also what is added to it from now on, wherever they can get at its files. Copies of the key files that they kept
still open with the old passphrase.`;

/** What became of each target, and what is left to do by hand. */
export function renderMasterRotations(rotated: readonly MasterRotation[], paint: Paint): string {
  return rotated.flatMap((one) => rotationLines(one, paint)).join('\n');
}

function rotationLines(
  { storage, status, snapshots, previous, left }: MasterRotation,
  paint: Paint,
): readonly string[] {
  if (status === 'no-vault') return [`- ${storage}: no vault yet`];
  return [
    `${paint.good('✓')} ${storage}: new master key; ${counted(snapshots, 'snapshot')}, every byte read back`,
    `    The old vault is kept as ${previous}: remove it once you are sure.`,
    ...(left.length === 0 ? [] : [`    Files that are not the vault's stayed there: ${left.join(', ')}`]),
  ];
}
