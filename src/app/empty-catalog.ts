import type { Catalog } from '../journal/journal.ts';

/** What is known before the first run. */
export const emptyCatalog: Catalog = {
  backups: () => [],
  find: () => undefined,
  newest: () => undefined,
  lastVerified: () => undefined,
  lastProvenRestore: () => undefined,
  provenBackup: () => undefined,
  measuredRestore: () => undefined,
  measuredBackup: () => undefined,
  measuredCopy: () => undefined,
  failuresInARow: () => 0,
};
