import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FileJob, Job, JobOutcome } from '../../../src/vault/archive/file-job.ts';
import { nothing } from '../../../src/vault/archive/file-job.ts';
import { packJobs, packOutcomes, unpackJobs, unpackOutcomes } from '../../../src/vault/archive/job-batch.ts';

const name = fc.string({ minLength: 1, maxLength: 4 }).map((text) => text.replaceAll(/[\0/]/g, '_'));
const file = fc.record({
  folder: fc.constantFrom('a', 'b', 'ab'),
  name,
  called: fc.option(name),
  marked: fc.boolean(),
});
const range: Job = { kind: 'range', fd: 7, path: '/large', at: 5, size: 9 };

/** `called`: in the snapshot, where that is not what it is called on disk. */
function jobOf({ folder, name, called, marked }: typeof file extends fc.Arbitrary<infer T> ? T : never): FileJob {
  const attributes = marked ? [{ name: 'user.a', value: Buffer.from('value') }] : [];
  const path = `/${folder}/${called ?? name}`;
  return { kind: 'file', access: `/proc/self/fd/3/${folder}/${name}`, path, name: called ?? name, attributes, size: 0 };
}

test('jobs of every kind come out as they were put in, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(file.map(jobOf), fc.constant(range)), { maxLength: 20 }), (jobs) => {
      expect(unpackJobs(structuredClone(packJobs(jobs))).map(plain)).toEqual(jobs.map(plain));
    }),
  );
});

test('of files in one folder only the names are sent', () => {
  const jobs = ['one', 'two', 'three'].map((each) => jobOf({ folder: 'a', name: each, called: null, marked: false }));
  expect(packJobs(jobs)).toEqual({
    names: 'one\0two\0three',
    folderOf: [0, 0, 0],
    folders: [{ access: '/proc/self/fd/3/a/', path: '/a/' }],
    others: [],
  });
});

test('outcomes come out as they were put in, in order', () => {
  const fault = { path: '/a', kind: 'changed', detail: 'it changed' } as const;
  const stats = { dev: 1n, ino: 2n, size: 3n, mtimeNs: 4n, ctimeNs: 5n };
  const outcomes: readonly JobOutcome[] = [
    { ...nothing, node: '{}', size: 3 },
    nothing,
    { ...nothing, fault },
    { ...nothing, id: 'ab', size: 9 },
    { ...nothing, node: '{"a":1}', size: 2, skipped: 1 },
    { ...nothing, node: '{"b":1}', linked: { stats, content: ['ab'] } },
  ];
  expect(unpackOutcomes(structuredClone(packOutcomes(outcomes)))).toEqual(outcomes);
});

/** A buffer arrives as a plain array of bytes; the thread makes one of it again. */
function plain(job: Job): unknown {
  if (job.kind === 'range') return job;
  return { ...job, attributes: job.attributes.map((each) => ({ ...each, value: [...each.value] })) };
}
