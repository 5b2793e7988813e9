import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadFiles } from './temporary-plan.ts';

/** Plans that keep to every rule, in all their optional parts. */
const duration = fc.constantFrom('90s', '15m', '6h', '30d', '2w', '1h30m');
const when = fc.oneof(
  fc.constantFrom('0 3 * * 0', 'daily', '*/5 0-6 1,15 * MON-FRI', '0 0 0 1 1 *', 'yearly').map((cron) => ({ cron })),
  duration.map((every) => ({ every })),
);
const schedule = fc
  .tuple(
    when,
    fc.record(
      { timeout: duration, timezone: fc.constantFrom('UTC', 'Asia/Kolkata'), retention: fc.constant('gfs') },
      { requiredKeys: [] },
    ),
  )
  .map(([due, others]) => ({ backup: 'incremental', ...due, ...others }));
const schedules = fc.dictionary(fc.constantFrom('a', 'b-c', '1st', 'constructor'), schedule, {
  maxKeys: 3,
  noNullPrototype: true,
});
const objectives = fc.record(
  { rto: duration, rpo: duration, proof: duration, copies: fc.integer({ min: 1, max: 3 }) },
  { requiredKeys: [] },
);
const verify = fc.constantFrom('basic', 'standard').map((level) => ({ level }));
const shared = {
  objectives,
  schedules,
  verify,
  retention: fc.constant('gfs'),
  priority: fc.integer({ min: 1, max: 9 }),
};
const source = fc.oneof(
  fc.constant({ type: 'sqlite', path: 'data.db' }),
  fc.constant({
    type: 'command',
    name: 'a/b.txt',
    capture: ['date'],
    env: { A: 'b', C: { env: 'X' } },
    trailer: 'end',
  }),
  fc.constant({
    type: 'postgres',
    method: 'logical',
    url: 'postgres://backup@db1:5433/shop?sslmode=require',
    password: { env: 'X' },
    restore: { user: 'postgres' },
    tables: ['public.*'],
    jobs: 2,
  }),
  fc.constant({ type: 'files', paths: ['etc', '/srv/x'], exclude: ['*.tmp'], allowEmpty: true }),
);
const step = fc.oneof(
  fc.constantFrom<unknown>(
    { run: ['true'], expect: 'exitCode == 0' },
    { run: { shell: 'echo {{params.cause}}', cwd: '/', env: { A: 'b', C: { env: 'X' } } }, when: 'params.cause != ""' },
    { uses: 'act', with: { times: 2 } },
    { recover: { systems: '*' } },
    { recover: { systems: ['s0'], at: 'latest' } },
    { restore: { system: 's0', to: 'in-place', at: '2026-11-20T10:00:00+05:30', paths: ['*'] } },
    { probe: 'up', for: '5s' },
    { notify: { message: 'm', audiences: ['team'], set: { cause: '{{params.cause}}' } } },
  ),
  duration.map((wait) => ({ wait, needs: [] })),
);

const plan = fc
  .record({
    systems: fc.array(fc.tuple(source, fc.record({ ...shared, tier: fc.constant('t') }, { requiredKeys: [] })), {
      minLength: 1,
      maxLength: 6,
    }),
    tier: fc.record(shared, { requiredKeys: [] }),
    steps: fc.array(step, { minLength: 1, maxLength: 6 }),
    timezone: fc.constantFrom('Europe/Berlin', 'UTC', 'America/St_Johns'),
  })
  .map(({ systems, tier, steps, timezone }) => ({
    muster: 1,
    name: 'generated',
    timezone,
    keys: { main: { passphrase: { file: '/run/secrets/main' } } },
    storage: {
      one: { type: 'local', path: 'vaults/one', capacity: '1.5TiB' },
      two: { type: 'local', path: 'vaults/two' },
    },
    retention: { gfs: { keep: { last: 3, daily: 7, within: '1y6mo' }, minimum: 2 } },
    tiers: { t: { ...tier, storage: { to: 'one', copies: ['two'] } } },
    systems: Object.fromEntries(
      systems.map(([from, others], index) => [
        `s${index}`,
        {
          ...others,
          source: from,
          storage: { to: 'two' },
          needs: index === 0 ? [] : [`s${index - 1}`],
          probes: ['up'],
        },
      ]),
    ),
    probes: { up: { tcp: 'localhost:1' } },
    actions: { act: { params: { times: { type: 'integer' } }, steps: [{ run: ['echo', '{{params.times}}'] }] } },
    channels: { log: { type: 'file', path: 'log.jsonl' } },
    audiences: { team: { channels: ['log'] } },
    messages: { m: { subject: 'S', text: { team: 'T {{list systems}}', default: 'D' } } },
    runbooks: { r: { params: { cause: { default: 'none' } }, steps } },
  }));

describe('a plan that keeps to the rules', () => {
  test('always loads', async () => {
    const property = fc.asyncProperty(plan, fc.constantFrom<'flow' | 'any'>('flow', 'any'), async (content, style) => {
      const { plan: loaded, diagnostics } = await loadFiles({
        'm.yaml': stringify(content, { collectionStyle: style }),
      });
      expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect([...(loaded?.systems.keys() ?? [])]).toEqual(Object.keys(content.systems));
      expect(loaded?.runbooks.get('r')?.steps).toHaveLength(content.runbooks.r.steps.length);
    });
    await expect(fc.assert(property, { numRuns: 150 })).resolves.toBeUndefined();
  });
});
