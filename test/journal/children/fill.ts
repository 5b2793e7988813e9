/*
 * Appends until the journal cannot be written, then prints the fault. Arguments: state folder.
 * Prints a line for each append after it has returned.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '../../../src/base/clock.ts';
import { codeOf, messageOf } from '../../../src/base/error.ts';
import { openJournal } from '../../../src/journal/open.ts';
import { runStarted } from '../events.ts';

const [folder = ''] = process.argv.slice(2);
const journal = openJournal({ folder, clock: systemClock });
try {
  for (let index = 0; index < 100_000; index += 1) {
    journal.append(runStarted(`fill-${index}`, { steps: Array.from({ length: 20 }, (_, step) => `step-${step}`) }));
    writeSync(1, `kept ${index}\n`);
  }
} catch (error) {
  writeSync(1, `${codeOf(error)} ${messageOf(error)}\n`);
}
