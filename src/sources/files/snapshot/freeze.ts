import { messageOf, MusterError } from '../../../base/error.ts';
import { formatDuration } from '../../../base/duration.ts';
import type { FreezeCommands } from '../../../plan/model/system.ts';
import { runTool } from './tool.ts';

/** A system that does not write. */
export interface Freeze {
  /** Aborted when the freeze ended before `thaw` was called. */
  readonly ended: AbortSignal;
  /** Lets the system write again; the same promise at every call. Throws `thaw-failed`. */
  thaw(): Promise<void>;
}

/** `thaw` gets so long. */
const thawTime = 120_000;

/**
 * Freezes a system. Once `freeze` was started, `thaw` is started too, be it that it failed, was cancelled, or took too
 * long. Throws `freeze-failed`, `freeze-timeout`, `thaw-failed`, and the reason of the signal.
 */
export async function startFreeze(commands: FreezeCommands, folder: string, signal: AbortSignal): Promise<Freeze> {
  signal.throwIfAborted();
  const end = new AbortController();
  let thawing: Promise<void> | undefined;
  const thaw = (): Promise<void> => {
    clearTimeout(timer);
    return (thawing ??= runThaw(commands, folder));
  };
  const timer = setTimeout(() => {
    end.abort(tooLong(commands));
    // Whoever releases the view is told of its failure.
    thaw().catch(() => undefined);
  }, commands.timeout);
  try {
    await runTool(commands.freeze, { folder, timeout: 0, signal: AbortSignal.any([signal, end.signal]) });
  } catch (error) {
    const late = await thaw().catch((fault: unknown) => fault);
    throw late === undefined ? notFrozen(error, signal) : withThaw(error, late);
  }
  return { ended: end.signal, thaw };
}

async function runThaw({ thaw }: FreezeCommands, folder: string): Promise<void> {
  try {
    await runTool(thaw, { folder, timeout: thawTime });
  } catch (error) {
    throw new MusterError(`THE SYSTEM MAY STILL BE FROZEN: ${messageOf(error)}`, {
      code: 'thaw-failed',
      hint: `Run it by hand now: ${thaw.join(' ')}`,
      cause: error,
    });
  }
}

function tooLong({ timeout }: FreezeCommands): MusterError {
  return new MusterError(`the system was frozen for longer than ${formatDuration(timeout)}, and was thawed`, {
    code: 'freeze-timeout',
    hint: 'Set a longer `timeout`, or `filesystem`, so that the freeze lasts only until a snapshot is made.',
    retryable: true,
  });
}

function notFrozen(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted || !(error instanceof MusterError) || error.code !== 'snapshot-tool-failed') return error;
  return new MusterError(`the system could not be frozen: ${error.message}`, {
    code: 'freeze-failed',
    hint: 'Try `freeze` by hand. The system was thawed.',
    cause: error,
  });
}

function withThaw(error: unknown, late: unknown): unknown {
  if (!(late instanceof MusterError)) return late;
  const { code, hint = '' } = late;
  return new MusterError(`${late.message}; before that, ${messageOf(error)}`, { code, hint, cause: error });
}
