/*
 * Takes one lease again and again. Arguments: state folder, name of this child, how often.
 * While it holds the lease it keeps a file that must not exist already; prints the token of each holding.
 */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/base/clock.ts';
import { codeOf } from '../../../src/base/error.ts';
import type { Lease } from '../../../src/journal/journal.ts';
import { openJournal } from '../../../src/journal/open.ts';

const [folder = '', name = '', count = '1'] = process.argv.slice(2);
const journal = openJournal({ folder, clock: systemClock });
const inside = join(folder, 'inside');

function tryLease(index: number): Lease | undefined {
  try {
    return journal.lease('system:orders', `${name}-${index}`, systemClock.now());
  } catch (error) {
    if (codeOf(error) === 'run-locked') return undefined;
    throw error;
  }
}

for (let index = 0; index < Number(count);) {
  const lease = tryLease(index);
  if (lease === undefined) continue;
  closeSync(openSync(inside, 'wx'));
  writeSync(1, `${lease.token}\n`);
  rmSync(inside);
  lease.release();
  index += 1;
}
journal.close();
