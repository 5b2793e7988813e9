import { PutBucketPolicyCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tamperWith } from '../../../src/storage/check/tamper.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import { requireProgram } from '../../require.ts';
import { type Radosgw, startRadosgw } from '../../servers/radosgw.ts';
import { makeBucket } from './bucket.ts';

const day = 86_400_000;

describe.runIf(requireProgram('radosgw', ['--version']))('tamper test of S3', () => {
  let server: Radosgw;
  beforeAll(async () => (server = await startRadosgw()));
  afterAll(async () => server[Symbol.asyncDispose]());

  test('an ordinary bucket is unprotected', async () => {
    const bucket = await makeBucket(server);
    expect(await outcomesOf(await bucket.open())).toEqual({
      verdict: 'unprotected',
      left: 0,
      remove: 'done',
      overwrite: 'done',
      destroy: 'done',
      'shorten-lock': 'not-applicable',
      'lift-lock': 'not-applicable',
      'back-date': 'not-applicable',
    });
  });

  test('versions alone protect nothing: the thief removes them too', async () => {
    const bucket = await makeBucket(server);
    const versioning = { Bucket: bucket.name, VersioningConfiguration: { Status: 'Enabled' as const } };
    await bucket.client.send(new PutBucketVersioningCommand(versioning));
    expect(await outcomesOf(await bucket.open())).toMatchObject({
      verdict: 'unprotected',
      remove: 'hidden',
      overwrite: 'hidden',
      destroy: 'done',
    });
  });

  test('versions that the credentials may not remove can be recovered', async () => {
    const bucket = await makeBucket(server);
    const versioning = { Bucket: bucket.name, VersioningConfiguration: { Status: 'Enabled' as const } };
    await bucket.client.send(new PutBucketVersioningCommand(versioning));
    const resource = [`arn:aws:s3:::${bucket.name}`, `arn:aws:s3:::${bucket.name}/*`];
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: ['arn:aws:iam:::user/other'] }, Action: 's3:*', Resource: resource },
        {
          Effect: 'Deny',
          Principal: { AWS: ['arn:aws:iam:::user/other'] },
          Action: 's3:DeleteObjectVersion',
          Resource: resource,
        },
      ],
    });
    await bucket.client.send(new PutBucketPolicyCommand({ Bucket: bucket.name, Policy }));
    expect(await outcomesOf(await bucket.open({ credentials: server.users.other }))).toMatchObject({
      verdict: 'recoverable',
      remove: 'hidden',
      overwrite: 'hidden',
      destroy: 'refused',
    });
  });

  test('compliance locks protect', async () => {
    const bucket = await makeBucket(server, { locks: true });
    expect(await outcomesOf(await bucket.open({ immutable: { mode: 'compliance', for: 30 * day } }))).toEqual({
      verdict: 'protected',
      left: 3,
      remove: 'hidden',
      overwrite: 'hidden',
      destroy: 'refused',
      'shorten-lock': 'refused',
      'lift-lock': 'refused',
      'back-date': 'not-applicable',
    });
  });

  test('governance locks do not protect from credentials that may bypass them', async () => {
    const bucket = await makeBucket(server, { locks: true });
    expect(await outcomesOf(await bucket.open({ immutable: { mode: 'governance', for: 30 * day } }))).toMatchObject({
      verdict: 'unprotected',
      destroy: 'done',
    });
  });

  test('of wrong credentials nothing is concluded', async () => {
    const bucket = await makeBucket(server, { locks: true });
    const credentials = { ...server.users.main, secretAccessKey: 'wrong' };
    await expect(tamperWith(await bucket.open({ credentials }))).rejects.toMatchObject({ code: 'storage-refused' });
  });
});

async function outcomesOf(store: ObjectStore): Promise<object> {
  const { verdict, attempts, left } = await tamperWith(store);
  return { verdict, left: left.length, ...Object.fromEntries(attempts.map(({ kind, outcome }) => [kind, outcome])) };
}
