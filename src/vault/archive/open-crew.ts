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
  const run = async (job: Job, pause: () => Promise<void>): Promise<JobOutcome> => {
    const steps = runJob(tools, job);
    try {
      for (let step = steps.next(''); ;) {
        if (step.done) return step.value;
        const id = await saveData(step.value);
        await pause();
        step = steps.next(id);
      }
    } finally {
      // Closes the file when it ends early.
      steps.return(undefined as never);
    }
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
