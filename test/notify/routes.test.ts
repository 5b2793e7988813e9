import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { openJournal } from '../../src/journal/open.ts';
import type { MusterEvent, MusterEventBody, RunStatus } from '../../src/journal/event.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { createNotifier, type Notifier } from '../../src/notify/notifier.ts';
import type { Route } from '../../src/plan/model/message.ts';
import { backupRecord, message, planWith, route } from './plan.ts';
import { fileChannel, noSecrets } from './samples.ts';

const hour = 3_600_000;
const failed = 'event.type == "backup.failed"';
const error = { code: 'storage-full', message: 'primary is full', hint: undefined };

let folder = '';
let journal: Journal;
let now = Date.parse('2026-11-20T10:00:00Z');
const clock: Clock = { now: () => now, sleep: async () => {} };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-routes-'));
  journal = openJournal({ folder: join(folder, 'state'), clock });
});
afterEach(async () => {
  journal.close();
  await rm(folder, { recursive: true });
});

/** A process with these routes: what happens in it is made durable, then told to the notifier. */
class Process {
  readonly notifier: Notifier;
  readonly #run: string;

  constructor(routes: readonly Route[], run: string, log = join(folder, 'log')) {
    const messages = ['backup-failed', 'run-ended', 'message-lost'].map((name) =>
      message(name, { default: '{{event.type}} {{list systems}}' }, `${name} {{run.status}}`),
    );
    messages.push(
      message(
        'progress',
        { default: '{{run.title}}: {{duration recovery.dataLoss}} lost, says {{set.who}}' },
        'progress {{run.status}}',
      ),
    );
    const plan = planWith({ channels: [fileChannel(log)], messages, routes });
    const effects = { plan, clock, journal, resolveSecret: noSecrets, redact: (text: string) => text };
    this.#run = run;
    this.notifier = createNotifier({ ...effects, record: (event) => this.#record(event), background: () => undefined });
  }

  /** Takes in what happens, and waits for what is sent because of it. */
  async tell(...bodies: readonly MusterEventBody[]): Promise<void> {
    for (const body of bodies) this.#record({ run: this.#run, at: now, ...body });
    await this.notifier.settled();
  }

  #record(event: MusterEvent): void {
    journal.append(event);
    this.notifier.listen(event);
  }
}

const asked = { reason: undefined, by: 'ada@control', planHash: '0'.repeat(64) };

function started(mode: 'execute' | 'simulate' = 'execute', name = 'orders'): MusterEventBody {
  return { type: 'run.started', kind: 'backup', name, mode, steps: [], ...asked };
}

function ended(status: RunStatus, name = 'orders'): MusterEventBody {
  return { type: 'run.finished', kind: 'backup', name, status, error: undefined };
}

const failure = (system = 'orders'): MusterEventBody => ({ type: 'backup.failed', system, error });

async function sent(): Promise<readonly string[]> {
  const text = await readFile(join(folder, 'log'), 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const { subject, text } = JSON.parse(line) as { readonly subject: string; readonly text: string };
    return `${subject}: ${text}`;
  });
}

function recorded(run: string, type: MusterEvent['type']): readonly MusterEvent[] {
  return journal.run(run)?.events.filter((event) => event.type === type) ?? [];
}

describe('a route', () => {
  test('sends its message when its condition holds', async () => {
    const process = new Process([route(`${failed} && system.tier == "critical"`)], 'run-1');
    await process.tell(started(), failure('website'), failure('orders'), ended('failed'));
    expect(await sent()).toEqual(['backup-failed running: backup.failed orders']);
    expect(recorded('run-1', 'message.sent')).toMatchObject([
      { message: 'backup-failed', audience: 'team', channel: 'log', about: 'system:orders' },
    ]);
  });

  test('may be about a run', async () => {
    const on = 'event.type == "run.finished" && run.status != "succeeded" && run.kind == "backup"';
    await new Process([route(on, { message: 'run-ended' })], 'run-1').tell(started(), ended('partial'));
    expect(await sent()).toEqual(['run-ended partial: run.finished orders']);
  });

  test('does not tell about simulated runs', async () => {
    await new Process([route('true')], 'run-1').tell(started('simulate'), failure(), ended('failed'));
    expect(await sent()).toEqual([]);
  });

  test('that cannot be evaluated is recorded, and harms no other', async () => {
    const routes = [route('1 / run.name.size() == 1 / 0', { audiences: ['customers'] }), route(failed)];
    const process = new Process(routes, 'run-1');
    await process.tell(started(), failure());
    expect(await sent()).toEqual(['backup-failed running: backup.failed orders']);
    expect(recorded('run-1', 'message.failed')).toHaveLength(2);
    expect(recorded('run-1', 'message.failed')[0]).toMatchObject({
      audience: 'customers',
      channel: '',
      detail: expect.stringMatching(/^route at \/plan\/muster.yaml:7: expression/) as unknown,
    });
  });

  test('whose message cannot be sent is recorded', async () => {
    await new Process([route(failed)], 'run-1', folder).tell(started(), failure());
    expect(recorded('run-1', 'message.failed')).toMatchObject([
      {
        message: 'backup-failed',
        audience: 'team',
        channel: 'log',
        detail: expect.stringContaining('EISDIR') as unknown,
      },
    ]);
  });

  test('that cannot reach anybody does not go on for ever', async () => {
    const lost = route('event.type == "message.failed"', { message: 'message-lost' });
    await new Process([route(failed), lost], 'run-1', folder).tell(started(), failure());
    expect(recorded('run-1', 'message.failed')).toHaveLength(1);
  });

  test('may answer to a message of a step that was not sent', async () => {
    const lost = route('event.type == "message.failed" && event.audience == "team"', { message: 'message-lost' });
    const process = new Process([lost], 'run-1', folder);
    await process.tell(started());
    await process.notifier.send({ message: 'run-ended', audiences: ['team'], set: {}, run: 'run-1' });
    await process.notifier.settled();
    expect(recorded('run-1', 'message.failed')).toMatchObject([{ message: 'run-ended' }, { message: 'message-lost' }]);
  });
});

describe('repeat', () => {
  const routes = [route(failed, { repeat: 4 * hour })];

  test('without it, each event is told', async () => {
    await new Process([route(failed)], 'run-1').tell(started(), failure(), failure());
    expect(await sent()).toHaveLength(2);
  });

  test('holds the same message back across processes until the time is over', async () => {
    await new Process(routes, 'run-1').tell(started(), failure(), ended('failed'));
    now += hour;
    await new Process(routes, 'run-2').tell(started(), failure(), ended('failed'));
    expect(await sent()).toHaveLength(1);
    now += 3 * hour;
    await new Process(routes, 'run-3').tell(started(), failure(), ended('failed'));
    expect(await sent()).toHaveLength(2);
  });

  test('counts each system for itself', async () => {
    await new Process(routes, 'run-1').tell(started(), failure('orders'), failure('website'), ended('failed'));
    expect((await sent()).toSorted()).toEqual([
      'backup-failed running: backup.failed orders',
      'backup-failed running: backup.failed website',
    ]);
  });

  test('counts each audience for itself', async () => {
    const both = [...routes, route(failed, { audiences: ['customers'], repeat: 4 * hour })];
    await new Process(both, 'run-1').tell(started(), failure(), ended('failed'));
    expect(await sent()).toHaveLength(2);
  });

  test('does not hold back what begins anew after a good backup', async () => {
    const good: MusterEventBody = {
      type: 'backup.succeeded',
      system: 'orders',
      backup: backupRecord({ run: 'run-2', startedAt: now, finishedAt: now }),
    };
    await new Process(routes, 'run-1').tell(started(), failure(), ended('failed'));
    await new Process(routes, 'run-2').tell(started(), good, ended('succeeded'));
    await new Process(routes, 'run-3').tell(started(), failure(), ended('failed'));
    expect(await sent()).toHaveLength(2);
  });

  test('does not hold back a run that fails after one that succeeded', async () => {
    const on = 'event.type == "run.finished" && event.status == "failed"';
    const ends = [route(on, { message: 'run-ended', repeat: 4 * hour })];
    for (const [index, status] of (['failed', 'failed', 'succeeded', 'failed'] as const).entries()) {
      now += 60_000;
      await new Process(ends, `run-${index}`).tell(started(), ended(status));
    }
    expect(await sent()).toHaveLength(2);
  });

  test('a message that was not sent is no reason to hold the next one back', async () => {
    await new Process(routes, 'run-1', folder).tell(started(), failure(), ended('failed'));
    await new Process(routes, 'run-2').tell(started(), failure(), ended('failed'));
    expect(await sent()).toHaveLength(1);
  });

  test('holds back what is on its way already', async () => {
    await new Process(routes, 'run-1').tell(started(), failure(), failure(), failure());
    expect(await sent()).toHaveLength(1);
  });
});

test('a message of a step speaks of its run, and of what it has restored so far', async () => {
  const process = new Process([], 'run-2');
  const backup = backupRecord({ id: 'c'.repeat(64), run: 'run-1', startedAt: now - hour, finishedAt: now - hour });
  journal.append(
    { run: 'run-1', at: now - hour, ...started() },
    { run: 'run-1', at: now - hour, type: 'backup.succeeded', system: 'orders', backup },
    { run: 'run-1', at: now - hour, ...ended('succeeded') },
  );
  const plan = { ...asked, type: 'run.started', kind: 'recover', name: 'rebuild', mode: 'execute', steps: [] } as const;
  await process.tell(plan, {
    type: 'restore.finished',
    system: 'orders',
    backup: backup.id,
    status: 'succeeded',
    proven: true,
    durationMs: 1,
  });
  const request = { message: 'progress', audiences: ['customers'], set: { who: 'Ada' }, run: 'run-2' };
  expect(process.notifier.render(request)).toMatchObject([{ text: 'Rebuild the shop: 1h lost, says Ada' }]);
  await process.notifier.send(request);
  expect(await sent()).toEqual(['progress running: Rebuild the shop: 1h lost, says Ada']);
  expect(recorded('run-2', 'message.sent')).toMatchObject([{ audience: 'customers', about: 'run:recover/rebuild' }]);
});

const refuse = (): never => {
  throw new Error('the journal is full');
};

test('a delivery that cannot be recorded is told at the end, and harms nothing before', async () => {
  const plan = planWith({
    channels: [fileChannel(join(folder, 'log'))],
    messages: [message('backup-failed', { default: 'x' })],
    routes: [route(failed)],
  });
  const effects = { plan, clock, journal, resolveSecret: noSecrets, redact: (text: string) => text };
  const notifier = createNotifier({ ...effects, record: refuse, background: () => undefined });
  notifier.listen({ run: 'run-1', at: now, ...failure() });
  await expect(notifier.settled()).rejects.toThrow('the journal is full');
  await expect(notifier.settled()).resolves.toBeUndefined();
});
