import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planOf } from '../temporary-plan.ts';

const head = `muster: 1
name: shop
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage:
  primary: { type: local, path: /backup/primary }
  second: { type: local, path: /backup/second }
`;

describe('short and long forms', () => {
  const plan = planOf(`${head}probes:
  short: { tcp: "db1:5432", failures: 3 }
  v6: { tcp: "[::1]:22" }
  long: { tcp: { host: db1, port: 5432 }, timeout: 2s }
  shell: { command: { shell: "true | false", cwd: sub, env: { A: b, C: { file: c } } } }
  http: { http: { url: "https://shop.example/", headers: { Accept: text/html } }, expect: response.status == 404 }
messages:
  m: { subject: "{{plan.name}}", text: Hello }
channels: { log: { type: file, path: log.jsonl } }
audiences: { team: { channels: [log] } }
systems:
  a: { source: { type: files, paths: [a], exclude: ["*.tmp"] }, storage: { to: primary, copies: [second] }, probes: [short, v6, long, shell, http] }
actions:
  twice: { params: { word: {}, times: { type: integer, default: 2 } }, steps: [{ run: [echo, "{{params.word}}"] }] }
runbooks:
  r:
    params: { cause: { default: unknown } }
    steps:
      - run: { command: [echo, "{{params.cause}}"], cwd: / }
        expect: exitCode == 0
        retry: { limit: 1, interval: 1s, backoff: 1.5 }
      - { id: wait, wait: 1m30s, needs: [], when: 'params.cause != "fire"' }
      - { uses: twice, with: { word: "{{params.cause}}" }, needs: [step-1, wait] }
      - { restore: { system: a, at: latest, to: "back/{{params.cause}}", paths: ["*.txt"] } }
      - { recover: { systems: "*", at: "2026-11-20T10:00:00+01:00" } }
      - { probe: short, for: 10s, timeout: 1m, verify: [{ run: [a] }, { probe: v6 }] }
      - { notify: { message: m, audiences: [team], set: { n: 1, t: "{{params.cause}}" } } }
routes:
  - { on: 'event.type == "backup.failed"', message: m, audiences: [team], repeat: 4h }
`);

  test('probes', async () => {
    const { probes, folder } = await plan;
    expect(probes.get('short')).toMatchObject({
      question: { kind: 'tcp', host: 'db1', port: 5432 },
      timeout: 10_000,
      interval: 30_000,
      failures: 3,
      successes: 1,
    });
    expect(probes.get('v6')?.question).toEqual({ kind: 'tcp', host: '::1', port: 22 });
    expect(probes.get('long')?.question).toEqual({ kind: 'tcp', host: 'db1', port: 5432 });
    expect(probes.get('http')?.question).toMatchObject({ method: 'GET', headers: { Accept: 'text/html' } });
    expect(probes.get('shell')?.question).toEqual({
      kind: 'command',
      command: {
        run: { shell: 'true | false' },
        cwd: join(folder, 'sub'),
        env: { A: 'b', C: { from: 'file', path: join(folder, 'c') } },
      },
    });
  });

  test('steps', async () => {
    const { runbooks, folder } = await plan;
    const steps = runbooks.get('r')?.steps ?? [];
    expect(steps.map(({ id, kind, needs }) => [id, kind, needs])).toEqual([
      ['step-1', 'run', undefined],
      ['wait', 'wait', []],
      ['step-3', 'uses', ['step-1', 'wait']],
      ['step-4', 'restore', undefined],
      ['step-5', 'recover', undefined],
      ['step-6', 'probe', undefined],
      ['step-7', 'notify', undefined],
    ]);
    expect(steps[0]).toMatchObject({ retry: { limit: 1, interval: 1000, backoff: 1.5 }, expect: 'exitCode == 0' });
    expect(steps[1]).toMatchObject({ ms: 90_000, when: 'params.cause != "fire"', retry: { limit: 0 } });
    expect(steps[3]).toMatchObject({
      moment: { kind: 'latest' },
      to: { kind: 'folder', path: `${folder}/back/{{params.cause}}` },
      paths: ['*.txt'],
    });
    expect(steps[4]).toMatchObject({ systems: ['a'], moment: { kind: 'at', at: Date.parse('2026-11-20T09:00:00Z') } });
    expect(steps[5]).toMatchObject({
      for: 10_000,
      timeout: 60_000,
      verify: [{ kind: 'run' }, { kind: 'probe', probe: 'v6' }],
    });
    expect(steps[6]).toMatchObject({ set: { n: 1, t: '{{params.cause}}' } });
  });

  test('messages', async () => {
    const { messages, routes, channels, folder } = await plan;
    expect(messages.get('m')).toMatchObject({ severity: 'info', text: new Map([['default', 'Hello']]) });
    expect(routes[0]).toMatchObject({ repeat: 4 * 3_600_000, audiences: ['team'] });
    expect(channels.get('log')).toMatchObject({ path: join(folder, 'log.jsonl') });
  });
});
