import type { BytePath } from '../../base/capture.ts';
import type { FileJob, Job, JobOutcome } from './file-job.ts';
import { nothing } from './file-job.ts';

/**
 * Jobs on their way to a thread. Of most files only the name differs from the file before: names in one text and their
 * folders beside it take a fraction of the time that an object for each would take to be copied.
 */
export interface PackedJobs {
  /** Of plain files, one after the other, with a NUL between them. */
  readonly names: string;
  /** In which of the folders each of them lies. */
  readonly folderOf: readonly number[];
  readonly folders: readonly JobFolder[];
  /** Every other job, and its place among all. */
  readonly others: readonly (readonly [number, Job])[];
}

/** What comes before the names of the files in it. */
export interface JobFolder {
  /** For calls. */
  readonly access: BytePath;
  /** For faults. */
  readonly path: BytePath;
}

export function packJobs(jobs: readonly Job[]): PackedJobs {
  const [names, folderOf, folders]: [string[], number[], JobFolder[]] = [[], [], []];
  const others: (readonly [number, Job])[] = [];
  let last: JobFolder | undefined;
  for (const [i, job] of jobs.entries()) {
    const folder = job.kind === 'file' && job.attributes.length === 0 ? folderOfJob(job, last) : undefined;
    if (folder === undefined) others.push([i, job]);
    else {
      if (folder !== last) folders.push(folder);
      last = folder;
      names.push(job.kind === 'file' ? job.name : '');
      folderOf.push(folders.length - 1);
    }
  }
  return { names: names.join('\0'), folderOf, folders, others };
}

/** The same one as before, where it is. Undefined: the file is called otherwise where it lies. */
function folderOfJob({ name, access, path }: FileJob, last: JobFolder | undefined): JobFolder | undefined {
  if (last !== undefined && access === last.access + name && path === last.path + name) return last;
  if (!access.endsWith(name) || !path.endsWith(name)) return undefined;
  return { access: access.slice(0, -name.length), path: path.slice(0, -name.length) };
}

/** In the order in which they were packed. What `size` says of a plain file is 0: threads need not know it. */
export function unpackJobs({ names, folderOf, folders, others }: PackedJobs): Job[] {
  const jobs: Job[] = [];
  const list = names.split('\0');
  let other = 0;
  const addOthers = (): void => {
    for (; others[other]?.[0] === jobs.length; other += 1)
      jobs.push(...others.slice(other, other + 1).map(([, job]) => job));
  };
  for (const [i, number] of folderOf.entries()) {
    addOthers();
    const { access = '', path = '' } = folders[number] ?? {};
    const name = list[i] ?? '';
    jobs.push({ kind: 'file', access: access + name, path: path + name, name, attributes: [], size: 0 });
  }
  addOthers();
  return jobs;
}

/** Outcomes on their way back. */
export interface PackedOutcomes {
  /** Of files of which there is no more to tell than that, and their size. */
  readonly nodes: readonly (string | undefined)[];
  readonly sizes: readonly number[];
  readonly others: readonly (readonly [number, JobOutcome])[];
}

export function packOutcomes(outcomes: readonly JobOutcome[]): PackedOutcomes {
  const others: (readonly [number, JobOutcome])[] = [];
  for (const [i, outcome] of outcomes.entries()) if (!isPlain(outcome)) others.push([i, outcome]);
  return { nodes: outcomes.map(({ node }) => node), sizes: outcomes.map(({ size }) => size), others };
}

function isPlain({ node, skipped, fault, linked }: JobOutcome): boolean {
  return node !== undefined && skipped === 0 && fault === undefined && linked === undefined;
}

export function unpackOutcomes({ nodes, sizes, others }: PackedOutcomes): JobOutcome[] {
  const outcomes = nodes.map((node, i): JobOutcome => ({ ...nothing, node, size: sizes[i] ?? 0 }));
  for (const [i, outcome] of others) outcomes[i] = outcome;
  return outcomes;
}
