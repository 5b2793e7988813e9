import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRestStore } from '../../../src/storage/rest.ts';
import { describeObjectStore, type StoreUnderTest } from '../../conformance/object-store.ts';
import { startRestServer } from '../../servers/rest-server.ts';
import { nobody } from './rig.ts';

describeObjectStore('REST server', () => open({ appendOnly: false }));

describeObjectStore('REST server, append-only', () => open({ appendOnly: true }));

async function open({ appendOnly }: { readonly appendOnly: boolean }): Promise<StoreUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-rest-'));
  const server = await startRestServer({ folder, appendOnly });
  const store = openRestStore({ ...nobody, url: `http://127.0.0.1:${server.port}/vault`, appendOnly });
  await store.prepare?.([]);
  return {
    store,
    litter: async () => [],
    discard: async () => {
      await store.close?.();
      await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}
