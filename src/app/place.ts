import type { Secret } from '../base/secret.ts';
import { MusterError } from '../base/error.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { LocalStorage, Storage } from '../plan/model/storage.ts';

/** One storage target and the keys that may open it: all that it takes to begin on an empty machine. */
export type Place = Pick<Plan, 'keys' | 'folder'> & { readonly storage: Storage };

/** A folder of this machine, and where its passphrase is. */
export function placeOfFolder(path: string, passphrase: Secret): Place {
  const at = { file: path, line: 1, column: 1 };
  return { folder: path, keys: new Map([['main', { name: 'main', at, passphrase }]]), storage: folderTarget(path) };
}

/** The storage target of a plan that has just one. */
export function placeOfPlan({ keys, folder, storage }: Plan): Place {
  const [only, another] = [...storage.values()];
  if (only !== undefined && another === undefined) return { keys, folder, storage: only };
  throw new MusterError(`there must be one storage target to begin with, and there are ${storage.size}`, {
    code: 'place-unclear',
    hint: 'Leave only the one that is at hand in that file.',
  });
}

/** A plan that knows nothing but where backups are kept: enough to open a vault and to read a catalog. */
export function planOfPlace(
  place: Place,
  { name, storage }: { readonly name: string; readonly storage: string },
): Plan {
  const target = { ...place.storage, name: storage };
  return { ...emptyPlan, name, folder: place.folder, keys: place.keys, storage: new Map([[storage, target]]) };
}

function folderTarget(path: string): LocalStorage {
  return {
    type: 'local',
    name: 'target',
    at: { file: path, line: 1, column: 1 },
    path,
    appendOnly: false,
    capacity: undefined,
    location: undefined,
    tier: undefined,
    retention: undefined,
    limit: undefined,
    connections: undefined,
    retry: undefined,
    immutable: undefined,
    lifecycle: [],
    rebalance: undefined,
    price: undefined,
  };
}

const emptyPlan: Omit<Plan, 'name' | 'folder' | 'keys' | 'storage'> = {
  files: [],
  sources: { entry: '', texts: new Map() },
  hash: '0'.repeat(64),
  timezone: 'UTC',
  retention: new Map(),
  tiers: new Map(),
  systems: new Map(),
  probes: new Map(),
  actions: new Map(),
  runbooks: new Map(),
  channels: new Map(),
  contacts: new Map(),
  audiences: new Map(),
  messages: new Map(),
  routes: [],
};
