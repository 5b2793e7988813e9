import { expect, test } from 'vitest';
import { NodeList } from '../../../src/vault/archive/node-list.ts';

test('a folder whose first files are read before its last are found waits for the last', async () => {
  const nodes = new NodeList();
  const [first, last] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  nodes.add({ pending: first.promise });
  first.resolve('first');
  await first.promise;
  await Promise.resolve();
  expect(nodes.isComplete).toBe(true);
  nodes.add('at once');
  nodes.add({ pending: last.promise });
  const complete = nodes.whenComplete();
  await Promise.resolve();
  last.resolve('last');
  expect(await complete).toEqual(['first', 'at once', 'last']);
});

test('a file that could not be stored fails its folder', async () => {
  const nodes = new NodeList();
  nodes.add({ pending: Promise.reject(new Error('the disk is full')) });
  await expect(nodes.whenComplete()).rejects.toThrow('the disk is full');
});
