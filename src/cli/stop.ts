import process from 'node:process';

export interface Stop {
  readonly signal: AbortSignal;
  end(): void;
}

/**
 * The first SIGINT or SIGTERM asks the work to stop: it ends what it has begun cleanly, and says on record that it was
 * cancelled. The second one ends the process at once; the next start then finds the run interrupted.
 */
export function listenForStop(tell: (text: string) => void): Stop {
  const abort = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    if (abort.signal.aborted) process.exit(130);
    tell('Stopping; once more to end at once.');
    abort.abort(new DOMException(`stopped by ${name}`, 'AbortError'));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: abort.signal,
    end: () => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
