import { RestoreObjectCommand } from '@aws-sdk/client-s3';
import type { ObjectArchive } from '../store.ts';
import { archiveClasses } from './listing.ts';
import { existing } from './lock.ts';
import type { S3Place } from './place.ts';

const tiers = { expedited: 'Expedited', standard: 'Standard', bulk: 'Bulk' } as const;

export function objectArchive(place: S3Place): ObjectArchive {
  return { thaw: (name) => thaw(place, name) };
}

async function thaw(place: S3Place, name: string): Promise<'ready' | 'waiting'> {
  const { StorageClass, Restore } = await existing(place, name);
  if (!archiveClasses.has(StorageClass ?? '')) return 'ready';
  if (Restore !== undefined) return Restore.includes('ongoing-request="true"') ? 'waiting' : 'ready';
  await restore(place, name);
  return 'waiting';
}

async function restore(place: S3Place, name: string): Promise<void> {
  const { days, tier } = place.thaw;
  const request = { Days: days, GlacierJobParameters: { Tier: tiers[tier] } };
  await place.askOr('ask back', name, {
    request: (client) => client.send(new RestoreObjectCommand({ ...place.objectOf(name), RestoreRequest: request })),
    expected: ({ name }) => (name === 'RestoreAlreadyInProgress' ? 'asked' : undefined),
  });
}
