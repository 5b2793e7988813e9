import type { CopyLine, CopyOutcome } from '../index.ts';

/** `run` is null when nothing was missing. */
export function copyJson({ run, copies }: CopyOutcome): object {
  return { run: run?.run ?? null, status: run?.status ?? 'succeeded', copies: copies.map(copyLineJson) };
}

function copyLineJson({ from, bytesStored, error, ...line }: CopyLine): object {
  return { ...line, from: from ?? null, bytesStored: bytesStored ?? null, error: error ?? null };
}
