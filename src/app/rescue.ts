import { readFile } from 'node:fs/promises';
import { MusterError } from '../base/error.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { System } from '../plan/model/system.ts';
import type { ObjectStore } from '../storage/store.ts';

/**
 * Puts `RESCUE.md` and the script that it names into a storage target, unless they are there as they should be. restic
 * passes over both. A store that refuses them is no reason to stop; why it does is the result.
 */
export async function writeRescue(store: ObjectStore, plan: Plan, storage: string): Promise<MusterError | undefined> {
  try {
    await putIfOther(store, 'RESCUE.md', Buffer.from(rescueText(plan, storage)));
    await putIfOther(store, 'rescue.mjs', await readFile(script));
    return undefined;
  } catch (error) {
    if (error instanceof MusterError) return error;
    throw error;
  }
}

const script = new URL('../../docs/rescue/rescue.mjs', import.meta.url);

async function putIfOther(store: ObjectStore, name: string, bytes: Buffer): Promise<void> {
  if ((await store.size(name)) === bytes.length && bytes.equals(await store.get(name))) return;
  await store.put(name, bytes);
}

/**
 * How to get everything back from a storage target. It lies there in clear, so it names systems and keys, and no path, no
 * host, and nothing of where a passphrase is kept. The same plan gives the same bytes.
 */
export function rescueText(plan: Plan, storage: string): string {
  const systems = [...plan.systems.values()].filter((system) => isKeptIn(system, storage));
  const [key = 'main'] = plan.keys.keys();
  return `# Rescue

This folder is a vault of backups: storage target \`${storage}\` of the plan \`${plain(plan.name)}\`, written by muster. It is an encrypted
restic repository of format 2. This folder and one passphrase are enough to get everything back; without a passphrase there
is no way in. The plan's keys, any of which may open it: ${[...plan.keys.keys()].map(code).join(', ')}.

Work on a copy, or mount the disk read-only, if anything about it is doubtful. None of the three ways below changes what is here.

## What is kept here

${systems.map(systemLine).join('\n') || '- nothing yet'}

Snapshots carry the name of their system as a tag: \`muster:system=NAME\`.

## With muster

Write this as \`muster.yaml\`, with the path of this folder:

\`\`\`yaml
muster: 1
name: rescue
keys:
  ${key}: { passphrase: { env: PASSPHRASE } }
storage:
  ${storage}: { type: local, path: /path/of/this/folder }
\`\`\`

\`\`\`sh
export PASSPHRASE='…'
muster snapshots ${storage}
muster restore SNAPSHOT --from ${storage} --to /srv/rescue
\`\`\`

The whole plan and the catalog lie here as well, sealed below \`muster/\`. In an empty folder, with the passphrase in PASSPHRASE:

\`\`\`sh
muster init --from /path/of/this/folder --passphrase-env PASSPHRASE
\`\`\`

writes the plan's files there and brings back what is known of the backups; then restores and runbooks work again. With the plan at
hand: \`muster catalog rebuild --from ${storage}\`.

## With restic

\`\`\`sh
export RESTIC_REPOSITORY=/path/of/this/folder RESTIC_PASSWORD='…'
restic snapshots
restic restore SNAPSHOT --target /srv/rescue
restic restore latest --tag muster:system=NAME --target /srv/rescue
\`\`\`

## With neither

\`rescue.mjs\` in this folder needs Node.js 22.15 or newer and nothing else. Its own text describes what it reads.

\`\`\`sh
export RESTIC_PASSWORD='…'
node rescue.mjs .
node rescue.mjs . SNAPSHOT /srv/rescue
\`\`\`
`;
}

function isKeptIn({ storage, schedules }: System, name: string): boolean {
  const targets = [storage?.to, ...(storage?.copies ?? []), ...schedules.map(({ to }) => to)];
  return storage !== undefined && targets.includes(name);
}

function systemLine({ name, source, needs }: System): string {
  const after = needs.length === 0 ? '' : `; needs ${needs.map(code).join(', ')}: bring that back first`;
  return `- ${code(name)} (${source?.type ?? 'no source'})${after}`;
}

function code(name: string): string {
  return `\`${name}\``;
}

/** A plan may be called anything. */
function plain(text: string): string {
  return text.replaceAll(/[`\s]+/g, ' ');
}
