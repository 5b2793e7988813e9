import { clippedTo, formatDuration, formatSize, widthOf, type Milliseconds } from '../../index.ts';
import { counted } from '../text/counted.ts';
import { printable } from '../text/printable.ts';
import type { TransferState } from './transfer.ts';

const barWidth = 12;
const widestTitle = 48;
const narrowestTitle = 16;

/**
 * One line for one step, never wider than the terminal: what it does, how far it is, how fast, and how long it will
 * take. What there is no room for is left out, the bar first.
 */
export function progressLine(title: string, state: TransferState, columns: number): string {
  const parts = partsOf(state);
  for (let from = 0; from < parts.length; from += 1) {
    const tail = parts.slice(from).join('  ');
    const room = columns - 2 - widthOf(tail);
    if (room >= narrowestTitle) return `${fitted(title, Math.min(room, widestTitle))}  ${tail}`.trimEnd();
  }
  return clippedTo(columns, printable(title));
}

function partsOf(state: TransferState): readonly string[] {
  const { bytes, bytesTotal, archive } = state;
  if (archive !== undefined) return [archiveText(archive), timeText(state)];
  return bytes === 0 && bytesTotal === undefined ? [timeText(state)] : transferParts(state);
}

function archiveText({ ready, total }: NonNullable<TransferState['archive']>): string {
  return `waiting for the archive: ${ready} of ${counted(total, 'pack')}`;
}

/** In the order in which they are given up. */
function transferParts(state: TransferState): readonly string[] {
  const { bytes, bytesTotal, rate } = state;
  const speed = rate === undefined ? '' : `${formatSize(Math.round(rate))}/s`;
  const numbers = [formatSize(bytes).padStart(10), speed.padStart(12), timeText(state).padEnd(12)];
  if (bytesTotal === undefined) return numbers;
  const fraction = bytesTotal === 0 ? 1 : Math.min(1, bytes / bytesTotal);
  return [bar(fraction), `${Math.floor(fraction * 100)}%`.padStart(4), ...numbers];
}

function bar(fraction: number): string {
  const full = Math.floor(fraction * barWidth);
  return '█'.repeat(full) + '░'.repeat(barWidth - full);
}

/** Time left where that can be said, else the time that has passed. */
function timeText({ elapsed, bytes, bytesTotal, rate }: TransferState): string {
  const left = bytesTotal === undefined ? 0 : bytesTotal - bytes;
  if (left > 0 && rate !== undefined && rate > 0) return `${inSeconds((left * 1000) / rate)} left`;
  return inSeconds(elapsed);
}

/** A number that changes several times a second cannot be read. */
function inSeconds(ms: Milliseconds): string {
  return ms < 1000 ? '0s' : formatDuration(Math.round(ms / 1000) * 1000);
}

function fitted(title: string, columns: number): string {
  const text = clippedTo(columns, printable(title));
  return text + ' '.repeat(columns - widthOf(text));
}
