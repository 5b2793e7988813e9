/*
 * Appends runs to a journal as fast as it can. Arguments: state folder, name of this child, number of runs.
 * Prints a line for each append after it has returned.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '../../../src/base/clock.ts';
import { openJournal } from '../../../src/journal/open.ts';
import { attemptFinished, attemptStarted, runFinished, runStarted } from '../events.ts';

const [folder = '', name = '', count = '1'] = process.argv.slice(2);
const journal = openJournal({ folder, clock: systemClock });
for (let index = 0; index < Number(count); index += 1) {
  const run = `${name}-${index}`;
  for (const event of [runStarted(run), attemptStarted(run, 'one'), attemptFinished(run, 'one'), runFinished(run)]) {
    journal.append(event);
    writeSync(1, `${run} ${event.type}\n`);
  }
}
journal.close();
