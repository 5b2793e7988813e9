import type { ObjectStore } from '../../storage/store.ts';

/** Most bytes of packs on their way from a store, or here and not yet worked on. */
const usualBytes = 2 ** 25;

/** What is fetched from a store at a time, ahead of need. One more than its requests waits to be taken. */
export function inFlight(
  { facts }: Pick<ObjectStore, 'facts'>,
  bytesAtOnce = usualBytes,
): { readonly atOnce: number; readonly bytesAtOnce: number } {
  return { atOnce: facts.folder === undefined ? facts.concurrency + 1 : 1, bytesAtOnce };
}
