import type { Id } from '../repository.ts';
import { zstdLevels } from '../format/zstd.ts';
import { extraThreads } from '../worker/thread.ts';
import type { ArchiveContext } from './context.ts';
import { FileReader } from './cut-file.ts';
import { runJob } from './file-job.ts';
import type { Job, JobOutcome } from './file-job.ts';
import type { BatchOutcome } from './file-thread.ts';
import { ReadingCrew } from './reading-crew.ts';
import type { BackUpOptions } from './options.ts';

type Steps = ReturnType<typeof runJob>;
type Step = ReturnType<Steps['next']>;
type Counted = Pick<ArchiveContext, 'tally' | 'totals' | 'owners'>;

/** Who reads the files of a backup, and what the main thread does of it. */
export function openCrew(
  { repository, request, signal }: BackUpOptions,
  counted: Counted,
): Pick<ArchiveContext, 'crew' | 'saveData'> {
  const { compression } = request;
  const tools = { reader: new FileReader(repository.polynomial), owners: counted.owners };
  const saveData = async (bytes: Uint8Array): Promise<Id> => {
    const { id, stored } = await repository.save('data', bytes, { claims: crew.claimed, compression });
    addTo(counted, { read: bytes.length, fresh: stored > 0 ? bytes.length : 0, stored });
    return id;
  };
  const saveAtOnce = (bytes: Uint8Array): Id | undefined => {
    const saved = repository.saveAtOnce?.('data', bytes, { claims: crew.claimed, compression });
    if (saved === undefined) return undefined;
    addTo(counted, { read: bytes.length, fresh: saved.stored > 0 ? bytes.length : 0, stored: saved.stored });
    return saved.id;
  };
  const goOn = async (steps: Steps, first: Step, pause: () => Promise<void> | undefined): Promise<JobOutcome> => {
    try {
      for (let step = first; ;) {
        if (step.done) return step.value;
        const id = saveAtOnce(step.value) ?? (await saveData(step.value));
        await pause();
        step = steps.next(id);
      }
    } finally {
      // Closes the file when it ends early.
      steps.return(undefined as never);
    }
  };
  const run = (job: Job, pause: () => Promise<void> | undefined): JobOutcome | Promise<JobOutcome> => {
    const steps = runJob(tools, job);
    const first = steps.next('');
    if (first.done) return first.value;
    const id = saveAtOnce(first.value);
    if (id === undefined) return goOn(steps, first, pause);
    const second = steps.next(id);
    return second.done ? second.value : goOn(steps, second, pause);
  };
  const onBatch = (batch: BatchOutcome): void => addTo(counted, batch);
  const crew = new ReadingCrew({
    share: repository.shareWriting && (() => repository.shareWriting?.()),
    threads: request.threads ?? extraThreads(),
    level: zstdLevels[compression ?? 'default'],
    run,
    onBatch,
    signal,
  });
  return { crew, saveData };
}

function addTo({ tally, totals }: Counted, { read, fresh, stored }: Omit<BatchOutcome, 'kind' | 'outcomes'>): void {
  totals.bytesRead += read;
  totals.bytesNew += fresh;
  totals.bytesStored += stored;
  tally.add(read);
}
