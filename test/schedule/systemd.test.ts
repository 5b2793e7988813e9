import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { wallTimeAt } from '../../src/base/zone.ts';
import { timesWithin } from '../../src/schedule/recurrence.ts';
import { requireProgram } from '../require.ts';
import { cronSchedule } from '../sample-plan.ts';

/*
 * systemd leaves out a time that is skipped, where we run right after the gap, and runs an expression for every hour only once in a repeated
 * hour: what is compared here is everything else.
 */
describe.runIf(requireProgram('systemd-analyze', ['--version']))(
  'the times are those of systemd-analyze calendar',
  () => {
    test.each(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Sao_Paulo'])(
      'in %s',
      (timezone) => {
        fc.assert(
          fc.property(lists(59), lists(23), days, starts, (minutes, hours, day, from) => {
            const theirs = systemdTimes(`${day.systemd} ${hours.join(',')}:${minutes.join(',')}:00`, timezone, from);
            const until = (theirs.at(-1) ?? from) + 1;
            const schedule = cronSchedule('any', `${minutes.join(',')} ${hours.join(',')} ${day.cron}`, { timezone });
            const ours = timesWithin(schedule, { from: from + 1, until }).filter((at) => {
              const wall = new Date(wallTimeAt(timezone, at));
              return hours.includes(wall.getUTCHours()) && minutes.includes(wall.getUTCMinutes());
            });
            expect(ours).toEqual(theirs);
          }),
          { numRuns: 15 },
        );
      },
    );
  },
);

const days = fc.constantFrom(
  { cron: '* * *', systemd: '*-*-*' },
  { cron: '1-7,25-31 * *', systemd: '*-*-1..7,25..31' },
  { cron: '* 3,4,10,11 *', systemd: '*-3,4,10,11-*' },
  { cron: '* * 0', systemd: 'Sun *-*-*' },
  { cron: '* * 1-5', systemd: 'Mon..Fri *-*-*' },
);
/** Shortly before the changes of the clock in 2018, and anywhere. */
const starts = fc.oneof(
  ...[
    Date.UTC(2018, 2, 9),
    Date.UTC(2018, 2, 23),
    Date.UTC(2018, 9, 5),
    Date.UTC(2018, 9, 26),
    Date.UTC(2018, 10, 2),
  ].map((at) => fc.constant(at)),
  fc.integer({ min: Date.UTC(2016) / 1000, max: Date.UTC(2027) / 1000 }).map((seconds) => seconds * 1000),
);

function lists(max: number): fc.Arbitrary<readonly number[]> {
  return fc.uniqueArray(fc.integer({ min: 0, max }), { minLength: 1, maxLength: 3 });
}

/** The next hundred. */
function systemdTimes(expression: string, timezone: string, from: number): readonly number[] {
  const base = `${new Date(from).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const options = ['calendar', `--base-time=${base}`, '--iterations=100', expression];
  const output = execFileSync('systemd-analyze', options, {
    env: { ...process.env, TZ: timezone, LC_ALL: 'C' },
    encoding: 'utf8',
  });
  return [...output.matchAll(/\(in UTC\): \S+ (\S+) (\S+) UTC/g)].map(([, date, time]) =>
    Date.parse(`${date}T${time}Z`),
  );
}
