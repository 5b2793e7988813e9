import type { ObjectStore } from '../../storage/store.ts';

/** Most bytes of packs on their way from a store, or here and not yet worked on. */
const bytesAtOnce = 2 ** 26;

/** What is fetched from a store at a time, ahead of need. One more than its requests waits to be taken. */
export function inFlight({ facts }: Pick<ObjectStore, 'facts'>): {
  readonly atOnce: number;
  readonly bytesAtOnce: number;
} {
  return facts.folder === undefined ? { atOnce: facts.concurrency + 1, bytesAtOnce } : { atOnce: 1, bytesAtOnce };
}
