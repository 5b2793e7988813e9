import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CopyOutcome } from '../../../src/index.ts';
import { openCompany } from './company.ts';

const hour = 3_600_000;

function brief({ run, copies }: CopyOutcome): readonly string[] {
  const lines = copies.map(
    ({ storage, status, from }) => `${storage} ${status}${from === undefined ? '' : ` from ${from}`}`,
  );
  return [run?.status ?? 'nothing', ...lines];
}

describe('synchronous copies', () => {
  test('a backup without one of them is partial, and succeeds with the copy that heals it', async () => {
    const company = await openCompany();
    company.takeDown('office');
    expect(await company.backUp()).toMatchObject({ status: 'partial', lacks: 'copies' });
    expect(company.newest()).toEqual(['primary stored', 'office failed', 'cellar stored']);
    const { systems } = await company.muster.status();
    expect(systems[0]?.reasons).toEqual(['the newest backup is partial: it lacks its copy in office']);
    company.bringBack('office');
    expect(brief(await company.muster.copy({}))).toEqual(['succeeded', 'office stored from primary']);
    expect(company.newest()).toEqual(['primary stored', 'office stored', 'cellar stored']);
    expect(company.muster.backups()[0]).toMatchObject({ status: 'succeeded' });
    expect(company.muster.backups()[0]).not.toHaveProperty('lacks');
    const verified = await company.muster.verify({ copies: 'all', level: 'thorough' });
    expect(verified.results.map(({ storage, passed }) => [storage, passed])).toEqual([
      ['primary', true],
      ['office', true],
      ['cellar', true],
    ]);
  });

  test('a file that could not be read keeps it partial all the same', async () => {
    const company = await openCompany();
    rmSync(join(company.folder, 'web'), { recursive: true });
    company.takeDown('office');
    const outcome = await company.muster.backup({ systems: ['web'] });
    expect(outcome.backups[0]?.backup ?? { lacks: undefined }).not.toHaveProperty('lacks', 'copies');
  });
});

describe('asynchronous copies', () => {
  const replication = ', replication: { asynchronous: { retry: { limit: 2, interval: 1s, backoff: 2 } } }';

  test('follow in a run of their own, with tries of their own', async () => {
    const company = await openCompany(replication);
    company.takeDown('cellar');
    const outcome = await company.muster.backup({ systems: ['web'] });
    expect(outcome).toMatchObject({ status: 'succeeded', backups: [{ backup: { status: 'succeeded' } }] });
    expect(brief(outcome.copies)).toEqual(['partial', 'office stored from primary', 'cellar failed']);
    const tries = outcome.copies.run?.record.events.flatMap((event) =>
      event.type === 'attempt.finished' && event.step.startsWith('copy/cellar') ? [event.retryIn] : [],
    );
    expect(tries).toEqual([1000, 2000, undefined]);
    expect(company.newest()).toEqual(['primary stored', 'office stored', 'cellar failed']);
    expect(company.muster.runs().map(({ kind }) => kind)).toEqual(['copy', 'backup']);
    expect(company.told()).toEqual(['copy.failed web: there is no copy in cellar']);
    company.bringBack('cellar');
    expect(brief(await company.muster.copy({}))).toEqual(['succeeded', 'cellar stored from primary']);
  });

  test('one that lags behind by more than the rpo is told, and shown in status', async () => {
    const company = await openCompany(replication);
    await company.backUp();
    renameSync(join(company.folder, 'cellar'), join(company.folder, 'cellar-kept'));
    company.takeDown('cellar');
    company.wait(3 * hour);
    await company.backUp();
    expect(company.told()).toContainEqual(
      expect.stringMatching(/^copy\.lagging web: cellar: it is 3h.* behind, the rpo is 1h$/),
    );
    const [web] = (await company.muster.status()).systems;
    expect(web?.copies).toMatchObject([
      { storage: 'office', missing: 0, lag: 0, verdict: 'met' },
      { storage: 'cellar', missing: 1, verdict: 'violated' },
    ]);
  });

  test('many backups to a place that is down: it is tried by one of them', async () => {
    const company = await openCompany(', replication: { batch: { every: 1h } }');
    for (const text of ['a', 'b', 'c']) {
      company.write(text);
      await company.backUp();
    }
    company.takeDown('cellar');
    const outcome = await company.muster.copy({ to: 'cellar' });
    expect(brief(outcome)).toEqual(['failed', 'cellar failed', 'cellar not-tried', 'cellar not-tried']);
  });
});

describe('batches', () => {
  const replication = ', replication: { batch: { cron: "30 * * * *" } }';

  test('wait for their time, and are made by the first call after it, however late', async () => {
    const company = await openCompany(replication);
    company.wait(hour - (Date.now() % hour));
    await company.backUp();
    expect(company.newest()).toEqual(['primary stored', 'office waiting', 'cellar waiting']);
    expect(brief(await company.muster.copy({ which: 'due' }))).toEqual(['nothing']);
    company.wait(3 * hour);
    await company.backUp();
    expect(brief(await company.muster.copy({ which: 'due' }))).toEqual([
      'succeeded',
      'office stored from primary',
      'cellar stored from primary',
    ]);
    expect(company.newest()).toEqual(['primary stored', 'office waiting', 'cellar waiting']);
    expect(brief(await company.muster.copy({ to: 'office' }))).toEqual(['succeeded', 'office stored from primary']);
    expect(company.newest()).toEqual(['primary stored', 'office stored', 'cellar waiting']);
  });
});

describe('prune', () => {
  test('leaves a backup in the first target until its copies are made', async () => {
    const company = await openCompany(', replication: { batch: { every: 1h } }', '', ', retention: one');
    const first = await company.backUp();
    company.write('<h1>second</h1>');
    await company.backUp();
    const { decisions } = await company.muster.prune({ excess: 'allow' });
    const waits = { backup: first.id, storage: 'primary', reasons: ['waits for its copy to office and cellar'] };
    expect(decisions).toContainEqual(expect.objectContaining({ ...waits, action: 'keep' }));
    expect(readdirSync(join(company.folder, 'primary/snapshots'))).toHaveLength(2);
    const [day, now] = [86_400_000, Date.now()];
    const { retention } = company.muster.preview({ from: now, until: now + day });
    expect(retention).toContainEqual(expect.objectContaining(waits));
    await company.muster.copy({ to: 'office' });
    expect(await company.muster.prune({ excess: 'allow' })).toMatchObject({ removed: 0 });
    expect(readdirSync(join(company.folder, 'primary/snapshots'))).toHaveLength(1);
    expect(brief(await company.muster.copy({}))).toEqual([
      'succeeded',
      'cellar stored from office',
      'cellar stored from primary',
    ]);
  });
});

describe('muster copy', () => {
  test('goes on to another source when one is damaged, and does not copy what retention would remove', async () => {
    const company = await openCompany(', replication: { batch: { every: 1h } }', '    retention: one\n');
    await company.backUp();
    company.write('second');
    const last = await company.backUp();
    await company.muster.copy({ to: 'office' });
    const [record] = company.muster.backups();
    expect(record?.id).toBe(last.id);
    spoilPacks(join(company.folder, 'primary'));
    const outcome = await company.muster.copy({});
    expect(brief(outcome)).toEqual(['succeeded', 'cellar stored from office']);
    expect(outcome.copies[0]?.notes[0]).toMatch(/^passed over primary: /);
  });

  test('fills a place that has lost everything when it is named, the first one too', async () => {
    const company = await openCompany();
    await company.backUp();
    company.write('second');
    await company.backUp();
    await company.muster.close();
    rmSync(join(company.folder, 'primary'), { recursive: true });
    const muster = await company.another();
    expect(brief(await muster.copy({}))).toEqual(['nothing']);
    expect(brief(await muster.copy({ to: 'primary' }))).toEqual([
      'succeeded',
      'primary stored from office',
      'primary stored from office',
    ]);
    expect(await muster.verify({ storage: 'primary' })).toMatchObject({ status: 'succeeded' });
  });

  test('brings one backup to a place that the plan does not want it in', async () => {
    const company = await openCompany();
    company.takeDown('office');
    const { id } = await company.backUp();
    expect(brief(await company.muster.copy({ backup: id.slice(0, 8), to: 'cellar' }))).toEqual(['nothing']);
    company.bringBack('office');
    expect(brief(await company.muster.copy({ backup: id, to: 'office' }))).toEqual([
      'succeeded',
      'office stored from primary',
    ]);
  });

  test('two at once make each copy once', async () => {
    const company = await openCompany(', replication: { batch: { every: 1h } }');
    for (const text of ['a', 'b', 'c', 'd']) {
      company.write(text);
      await company.backUp();
    }
    const others = await Promise.all([company.another(), company.another()]);
    await Promise.all(others.map((muster) => muster.copy({})));
    await company.muster.copy({});
    for (const storage of ['office', 'cellar'])
      expect(readdirSync(join(company.folder, storage, 'snapshots'))).toHaveLength(4);
    for (const { storage } of company.muster.backups())
      expect(storage.map(({ status }) => status)).toEqual(['stored', 'stored', 'stored']);
  });
});

/** As a dying disk does; lists stay whole. */
function spoilPacks(vault: string): void {
  const data = join(vault, 'data');
  for (const name of readdirSync(data, { recursive: true, encoding: 'utf8' }))
    if (name.length === 67) writeFileSync(join(data, name), Buffer.alloc(5000, 7));
}
