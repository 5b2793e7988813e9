import { randomBytes, randomInt } from 'node:crypto';
import { writeSync } from 'node:fs';
import { systemClock } from '../../src/base/clock.ts';
import { openLocalStore } from '../../src/storage/local.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { openRepository } from '../../src/vault/open.ts';
import { passphrase, saveSnapshot, treeOf } from './fixture.ts';

/*
 * Writes snapshots into the repository of a folder until it is killed. Tells a line for every step that the store
 * takes, and `snapshot <id>` for every snapshot that is durable.
 */

const [folder = ''] = process.argv.slice(2);
const store = telling(openLocalStore({ folder }));
const repository = await openRepository({ store, passphrase, clock: systemClock });
await repository.lock('shared');
for (;;) tell(`snapshot ${await writeSnapshot()}`);

async function writeSnapshot(): Promise<string> {
  const content: string[] = [];
  let size = 0;
  for (let i = randomInt(1, 20); i > 0; i -= 1) {
    const bytes = randomBytes(randomInt(1, 1_500_000));
    size += bytes.length;
    content.push((await repository.save('data', bytes)).id);
  }
  return await saveSnapshot(repository, treeOf('file', content, size));
}

function telling(real: ObjectStore): ObjectStore {
  return {
    facts: real.facts,
    description: real.description,
    put: async (name, bytes) => (tell('put'), real.put(name, bytes)),
    putNew: async (name, bytes) => (tell('putNew'), real.putNew(name, bytes)),
    get: async (name, range) => (tell('get'), real.get(name, range)),
    size: async (name) => real.size(name),
    list: (prefix) => real.list(prefix),
    remove: async (name) => (tell('remove'), real.remove(name)),
    writer: async () => {
      tell('writer');
      const writer = await real.writer();
      return {
        write: async (piece) => (tell('write'), writer.write(piece)),
        commit: async (name) => (tell('commit'), writer.commit(name)),
        abort: async () => writer.abort(),
      };
    },
  };
}

function tell(line: string): void {
  writeSync(1, `${line}\n`);
}
