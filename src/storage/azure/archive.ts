import type { ObjectArchive } from '../store.ts';
import { archiveTier } from './listing.ts';
import type { AzurePlace } from './place.ts';
import { existing } from './read.ts';

/** Asked back, a blob goes to the tier `Hot` for good: a rule of the account may move it away again. */
export function objectArchive(place: AzurePlace): ObjectArchive {
  return { thaw: (name) => thaw(place, name) };
}

async function thaw(place: AzurePlace, name: string): Promise<'ready' | 'waiting'> {
  const { accessTier, archiveStatus } = await existing(place, name);
  if (accessTier !== archiveTier) return 'ready';
  if (archiveStatus !== undefined) return 'waiting';
  await place.askOr('ask back', name, {
    request: () => place.blob(name).setAccessTier('Hot', { rehydratePriority: 'Standard' }),
    expected: ({ name }) => (name === 'BlobBeingRehydrated' ? 'asked' : undefined),
  });
  return 'waiting';
}
