/*
 * Executes one run of slow steps. Arguments: state folder, id of the run, leases.
 * Prints `ready`, then a line for each append after it has returned, and one for each side effect when it begins.
 */
import { writeSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { systemClock } from '../../../src/base/clock.ts';
import type { Journal } from '../../../src/journal/journal.ts';
import { openJournal } from '../../../src/journal/open.ts';
import { runSteps } from '../../../src/run/engine.ts';
import { failure, handlersOf, request, runContext, step, type Work } from '../rig.ts';

const [folder = '', id = '', ...leases] = process.argv.slice(2);
const opened = openJournal({ folder, clock: systemClock });
opened.markInterrupted(systemClock.now());
const journal: Journal = {
  ...opened,
  append: (...events) => {
    opened.append(...events);
    for (const event of events) writeSync(1, `kept ${JSON.stringify(event)}\n`);
  },
};

const slowly: Work = async ({ step: name, attempt }) => {
  writeSync(1, `effect ${name} ${attempt}\n`);
  await after(Math.random() * 6);
  return name === 'flaky' && attempt < 3 ? failure('command-failed', { retryable: true }) : {};
};

const steps = [
  step('a'),
  step('b'),
  step('flaky', { retry: { limit: 3, interval: 1, backoff: 1 } }),
  step('c', { needs: ['a'] }),
  step('d', { needs: ['a', 'b'] }),
  step('e', { needs: ['c', 'flaky'] }),
  step('f', { needs: ['d'] }),
];
const work = Object.fromEntries(steps.map((planned) => [planned.id, slowly]));
writeSync(1, 'ready\n');
await runSteps(request(steps, { id, concurrency: 3, leases }), {
  journal,
  clock: systemClock,
  handlers: handlersOf(work, async () => []),
  context: () => runContext(folder),
  listeners: [],
  redact: (text) => text,
  evaluate: () => true,
});
opened.close();
