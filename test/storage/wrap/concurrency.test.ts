import { expect, test } from 'vitest';
import { createGate, withConcurrency } from '../../../src/storage/wrap/concurrency.ts';
import { around } from '../../../src/storage/wrap/around.ts';
import { localStore } from './place.ts';

const bytes = Buffer.from('0123456789');

test('no more requests at once than the gate lets through, over all stores that share it', async () => {
  let [now, most] = [0, 0];
  const counted = around(localStore(), async (_, run) => {
    most = Math.max(most, (now += 1));
    return await run().finally(() => (now -= 1));
  });
  const gate = createGate(3);
  const stores = [withConcurrency(counted, gate), withConcurrency(counted, gate)];
  await Promise.all(stores.flatMap((store, i) => Array.from({ length: 20 }, (_, n) => store.put(`${i}/${n}`, bytes))));
  expect(most).toBe(3);
  expect(stores[0]?.facts.concurrency).toBe(3);
});

test('whoever reads a listing may use the store meanwhile', async () => {
  const store = withConcurrency(localStore(), createGate(1));
  for (const name of ['a', 'b', 'c']) await store.put(name, bytes);
  for await (const { name } of store.list('')) await store.remove(name);
  for await (const { name } of store.list('')) expect.unreachable(name);
});
