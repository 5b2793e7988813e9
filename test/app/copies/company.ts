import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { loadPlan, openMuster, type BackupRecord, type Muster } from '../../../src/index.ts';

/** A company with one website, whose backups go to three places, and a clock that a test moves. */
export interface Company {
  readonly folder: string;
  readonly muster: Muster;
  /** Milliseconds. */
  wait(ms: number): void;
  write(text: string): void;
  backUp(): Promise<BackupRecord>;
  /** `primary stored`, `office failed` … of the newest backup. */
  newest(): readonly string[];
  /** As an unmounted disk: a file stands where the folder was. */
  takeDown(storage: string): void;
  bringBack(storage: string): void;
  /** Subjects of the messages that were sent. */
  told(): readonly string[];
  /** Another process with the same plan and state. */
  another(): Promise<Muster>;
}

const tail = `
channels:
  log: { type: file, path: ./told.jsonl }
audiences:
  team: { channels: [log] }
messages:
  copies: { subject: "{{event.type}} {{system.name}}: {{event.detail}}", text: "{{event.error.message}}" }
routes:
  - { on: 'event.type in ["copy.failed", "copy.lagging"]', message: copies, audiences: [team] }
`;

/** `primary` is what else the plan says of that target. */
export async function openCompany(replication = '', system = '', primary = ''): Promise<Company> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-copies-'));
  mkdirSync(join(folder, 'web'));
  writeFileSync(join(folder, 'web/index.html'), '<h1>first</h1>');
  writeFileSync(join(folder, 'muster.yaml'), planText({ replication, system, primary }));
  let ahead = 0;
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  const opened: Muster[] = [];
  const another = async (): Promise<Muster> => {
    const env = { MAIN: 'correct horse' };
    const { plan, diagnostics } = await loadPlan(join(folder, 'muster.yaml'), { env });
    if (!plan) throw new Error(JSON.stringify(diagnostics));
    const muster = openMuster(plan, { env, clock });
    opened.push(muster);
    return muster;
  };
  onTestFinished(async () => {
    for (const muster of opened) await muster.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const muster = await another();
  return {
    folder,
    muster,
    another,
    wait: (ms) => void (ahead += ms),
    write: (text) => writeFileSync(join(folder, 'web/index.html'), text),
    backUp: async () => backupIn(await muster.backup({ systems: ['web'] })),
    newest: () => (muster.backups()[0]?.storage ?? []).map(({ name, status }) => `${name} ${status}`),
    takeDown: (storage) => writeFileSync(join(folder, storage), 'no folder'),
    bringBack: (storage) => rmSync(join(folder, storage)),
    told: () =>
      readFileSync(join(folder, 'told.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { subject: string }).subject),
  };
}

function planText({
  replication,
  system,
  primary,
}: Readonly<Record<'replication' | 'system' | 'primary', string>>): string {
  return `muster: 1
name: company
keys:
  main: { passphrase: { env: MAIN } }
storage:
  primary: { type: local, path: ./primary, location: shop${primary} }
  office: { type: local, path: ./office, location: office }
  cellar: { type: local, path: ./cellar, location: cellar }
retention:
  one: { keep: { last: 1 } }
systems:
  web:
    source: { type: files, paths: [./web] }
    storage: { to: primary, copies: [office, cellar]${replication} }
    objectives: { rpo: 1h }
${system}${tail}`;
}

function backupIn({ backups }: Awaited<ReturnType<Muster['backup']>>): BackupRecord {
  const backup = backups[0]?.backup;
  if (backup === undefined) throw new Error(`no backup: ${backups[0]?.error?.message}`);
  return backup;
}
