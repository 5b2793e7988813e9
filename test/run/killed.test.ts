import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/journal/chain.ts';
import type { MusterEvent } from '../../src/journal/event.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { foldedTables, openState, temporaryFolder } from '../journal/state.ts';

const script = join(import.meta.dirname, 'children', 'slow-run.ts');
const moments = 50;
const leases = ['system:orders', 'runbook:rebuild'];

interface Said {
  /** Events that the child knew to be durable. */
  readonly kept: readonly MusterEvent[];
  /** `step attempt` of each side effect that began. */
  readonly effects: readonly string[];
  readonly wasKilled: boolean;
}

/** Runs a child and kills it, with SIGKILL, a moment after it has printed so many lines. */
async function runAndKill(folder: string, run: string, lines: number, names = leases): Promise<Said> {
  const child = spawn(process.execPath, [script, folder, run, ...names], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === lines) void after(Math.random() * 4).then(() => child.kill('SIGKILL'));
  }
  const [, signal] = await exit;
  const texts = said.filter((line) => line.startsWith('kept ')).map((line) => line.slice(5));
  return {
    kept: texts.map((line) => JSON.parse(line) as MusterEvent),
    effects: said.filter((line) => line.startsWith('effect ')).map((line) => line.slice(7)),
    wasKilled: signal === 'SIGKILL',
  };
}

/** Steps whose last attempt has begun and not ended. */
function openSteps(events: readonly MusterEvent[]): readonly string[] {
  const open = new Set<string>();
  for (const event of events) {
    if (event.type === 'attempt.started') open.add(event.step);
    if (event.type === 'attempt.finished') open.delete(event.step);
  }
  return [...open];
}

function attemptsStarted(events: readonly MusterEvent[]): readonly string[] {
  return events.filter((event) => event.type === 'attempt.started').map(({ step, attempt }) => `${step} ${attempt}`);
}

/** What a later process finds is complete and true. */
function checkFound(journal: Journal, run: string, { kept, effects }: Said): readonly string[] {
  const events = (journal.run(run)?.events ?? []).filter((event) => event.type !== 'run.interrupted');
  const found = new Set(events.map(canonicalJson));
  const faults = kept
    .filter((event) => !found.has(canonicalJson(event)))
    .map((event) => `lost: ${canonicalJson(event)}`);
  const begun = attemptsStarted(events);
  return [
    ...faults,
    ...effects.filter((effect) => !begun.includes(effect)).map((effect) => `not announced: ${effect}`),
  ];
}

describe('a process that is killed', () => {
  test(`at ${moments} moments: nothing is lost, what is unknown is named, the next run goes on`, async () => {
    const folder = temporaryFolder();
    let killed = 0;
    let interrupted = 0;
    for (let index = 0; index < moments; index += 1) {
      const run = `run-${index}`;
      const said = await runAndKill(folder, run, 1 + Math.floor(Math.random() * 30));
      killed += Number(said.wasKilled);
      const journal = openState(folder);
      expect(checkFound(journal, run, said)).toEqual([]);
      const before = journal.run(run);
      const marked = journal.markInterrupted(Date.now());
      const isOpen = before?.status === 'running';
      expect(marked.map((summary) => summary.id)).toEqual(isOpen ? [run] : []);
      const facts = journal.run(run)?.events.filter((event) => event.type === 'run.interrupted') ?? [];
      expect(facts.map((event) => [...event.steps].sort())).toEqual(
        isOpen ? [[...openSteps(before.events)].sort()] : [],
      );
      interrupted += marked.length;
      for (const name of leases) journal.lease(name, `after-${index}`, Date.now()).release();
      expect(journal.verifyChain()).toMatchObject({ intact: true });
      journal.close();
    }
    expect(killed).toBeGreaterThan(moments / 2);
    expect(interrupted).toBeGreaterThan(moments / 3);
    const tables = foldedTables(folder);
    const journal = openState(folder);
    journal.rebuild();
    expect(foldedTables(folder)).toEqual(tables);
    expect((await runAndKill(folder, 'last', Infinity)).wasKilled).toBe(false);
    expect(journal.run('last')).toMatchObject({ status: 'succeeded' });
  });

  test('does not disturb others that run with the same state', async () => {
    const folder = temporaryFolder();
    const journal = openState(folder);
    const both = Array.from({ length: 5 }, (_, index) => [
      runAndKill(folder, `killed-${index}`, 10, [`system:${index}a`]),
      runAndKill(folder, `whole-${index}`, Infinity, [`system:${index}b`]),
    ]);
    await Promise.all(both.flat());
    journal.markInterrupted(Date.now());
    expect(journal.verifyChain()).toMatchObject({ intact: true });
    for (let index = 0; index < 5; index += 1) {
      expect(journal.run(`whole-${index}`)).toMatchObject({ status: 'succeeded' });
      expect(['interrupted', 'succeeded']).toContain(journal.run(`killed-${index}`)?.status);
    }
  });
});
