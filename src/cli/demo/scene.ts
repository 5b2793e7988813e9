import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadPlan, openMuster, type LoadResult, type Muster, type Plan } from '../../index.ts';
import { planOf } from '../open.ts';

/** The temporary world of the demonstration: a shop, its backups, its plan. */
export interface Scene {
  readonly folder: string;
  readonly shop: string;
  readonly backups: string;
  readonly env: Readonly<Record<string, string>>;
  load(): Promise<LoadResult>;
  open(): Promise<{ readonly plan: Plan; readonly muster: Muster }>;
  /** Every message that the file channel got. */
  messages(): Promise<readonly SentMessage[]>;
  remove(): Promise<void>;
}

export interface SentMessage {
  readonly message: string;
  readonly audience: string;
  readonly subject: string;
  readonly text: string;
}

export async function createScene(): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-demo-'));
  const [shop, backups] = [join(folder, 'shop'), join(folder, 'backups')];
  const passphrase = randomBytes(18).toString('base64url');
  const env = { SHOP: shop, SHOP_BACKUPS: backups, MUSTER_PASSPHRASE: passphrase };
  await mkdir(shop);
  await writeFile(join(folder, 'passphrase'), `${passphrase}\n`, { mode: 0o600 });
  await copyFile(quickstart, join(folder, 'muster.yaml'));
  const load = (): Promise<LoadResult> => loadPlan(join(folder, 'muster.yaml'), { env });
  return {
    folder,
    shop,
    backups,
    env,
    load,
    open: async () => {
      const plan = planOf(await load());
      return { plan, muster: openMuster(plan, { env }) };
    },
    messages: async () =>
      (await readFile(join(backups, 'messages.jsonl'), 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as SentMessage),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The plan of `examples/quickstart`, which is also in the package. */
const quickstart = fileURLToPath(new URL('../../../examples/quickstart/muster.yaml', import.meta.url));
