import { once } from 'node:events';
import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Probe, ProbeQuestion } from '../../src/plan/model/runbook.ts';
import type { StepContext } from '../../src/steps/handler.ts';
import { probeStep } from '../../src/steps/probe.ts';
import { ask } from '../../src/steps/probes/ask.ts';
import { samplePlan } from '../sample-plan.ts';
import { contextOf, temporaryFolder } from './context.ts';

const at = { file: '/plan/muster.yaml', line: 1, column: 1 };

function probeOf(question: ProbeQuestion, parts: Partial<Probe> = {}): Probe {
  const limits = { timeout: 10_000, interval: 1, failures: 1, successes: 1 };
  return { name: 'alive', at, question, expect: undefined, ...limits, ...parts };
}

function contextWith(probe: Probe, parts: Partial<StepContext> = {}): StepContext {
  return contextOf({ plan: samplePlan({ probes: new Map([['alive', probe]]), folder: '/' }), ...parts });
}

async function answerOf(probe: Probe): Promise<string> {
  const { well, detail } = await ask(probe, contextWith(probe));
  return `${well ? 'well' : 'bad'}: ${detail.replaceAll(/in \d+ ms/g, 'in N ms')}`;
}

async function webServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function http(url: string, parts: Partial<Probe> = {}): Probe {
  return probeOf({ kind: 'http', url, method: 'GET', headers: { 'x-probe': 'muster' } }, parts);
}

describe('an http question', () => {
  test('is answered well with a status of 200 to 299', async () => {
    const url = await webServer(({ url: path, headers }, response) => {
      response.writeHead(headers['x-probe'] === 'muster' ? Number(path?.slice(1)) : 400).end();
    });
    expect(await answerOf(http(`${url}/200`))).toBe('well: HTTP 200 in N ms');
    expect(await answerOf(http(`${url}/204`))).toBe('well: HTTP 204 in N ms');
    expect(await answerOf(http(`${url}/404`))).toBe('bad: HTTP 404 in N ms');
    expect(await answerOf(http(`${url}/503`))).toBe('bad: HTTP 503 in N ms');
  });

  test('is answered as its expectation says, over status, headers and body', async () => {
    const url = await webServer((_, response) => {
      response.writeHead(503, { 'X-State': 'Draining' }).end('{"status":"UP","nodes":3}');
    });
    const expectations = {
      'response.status == 503 && response.json.status == "UP"': 'well',
      'response.headers["x-state"] == "Draining"': 'well',
      'response.body.contains("nodes") && response.durationMs < 9000': 'well',
      'response.status == 200': 'bad',
    };
    for (const [text, verdict] of Object.entries(expectations))
      expect(await answerOf(http(url, { expect: text }))).toMatch(new RegExp(`^${verdict}: HTTP 503`));
  });

  test('follows no redirect: a page elsewhere is no answer', async () => {
    const url = await webServer(({ url: path }, response) => {
      if (path === '/') response.writeHead(302, { location: '/login' }).end();
      else response.end('please log in');
    });
    expect(await answerOf(http(`${url}/`))).toBe('bad: HTTP 302 in N ms');
    expect(await answerOf(http(`${url}/`, { expect: 'response.headers["location"] == "/login"' }))).toContain('well');
  });

  test('reads 1 MiB of a body that never ends', async () => {
    const url = await webServer((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    expect(await answerOf(http(url, { expect: 'size(response.body) == 1048576' }))).toContain('well');
  });

  test('is answered badly by silence and by a closed port', async () => {
    const silent = await webServer(() => {});
    expect(await answerOf(http(silent, { timeout: 50 }))).toBe('bad: no answer in N ms');
    expect(await answerOf(http('http://127.0.0.1:1/'))).toMatch(/^bad: fetch failed: .*ECONNREFUSED|bad port/);
  });
});

describe('a tcp question', () => {
  test('is answered well by a port that takes a connection', async () => {
    const server = createTcpServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const question = { kind: 'tcp', host: '127.0.0.1', port } as const;
    expect(await answerOf(probeOf(question))).toBe(`well: 127.0.0.1:${port} took a connection in N ms`);
    expect(await answerOf(probeOf(question, { expect: 'connected && durationMs < 5000' }))).toContain('well');
    server.close();
    await once(server, 'close');
    expect(await answerOf(probeOf(question))).toBe(`bad: 127.0.0.1:${port}: ECONNREFUSED`);
    expect(await answerOf(probeOf(question, { expect: '!connected' }))).toContain('well');
  });
});

describe('a file question', () => {
  test('is answered well by a file, or as its expectation says', async () => {
    const path = join(temporaryFolder(), 'index.html');
    const question = { kind: 'file', path } as const;
    expect(await answerOf(probeOf(question))).toBe(`bad: ${path} does not exist`);
    expect(await answerOf(probeOf(question, { expect: '!file.exists' }))).toContain('well');
    writeFileSync(path, 'hello');
    expect(await answerOf(probeOf(question))).toBe(`well: ${path} has 5 bytes`);
    expect(await answerOf(probeOf(question, { expect: 'file.size > 9' }))).toContain('not as expected');
    expect(await answerOf(probeOf(question, { expect: 'file.age < duration("1h")' }))).toContain('well');
    utimesSync(path, new Date(0), new Date(0));
    expect(await answerOf(probeOf(question, { expect: 'file.age < duration("1h")' }))).toContain('bad');
    expect(await answerOf(probeOf({ kind: 'file', path: `${path}/below` }))).toContain('does not exist');
  });
});

function command(shell: string, parts: Partial<Probe> = {}): Probe {
  return probeOf({ kind: 'command', command: { run: { shell }, cwd: undefined, env: {} } }, parts);
}

describe('a command question', () => {
  test('is answered well by exit code 0, or as its expectation says', async () => {
    expect(await answerOf(command('true'))).toBe('well: /bin/sh ended with exit code 0');
    expect(await answerOf(command('exit 3'))).toBe('bad: /bin/sh ended with exit code 3');
    expect(await answerOf(command('echo 1', { expect: 'stdout.trim() == "1"' }))).toContain('well');
    expect(await answerOf(command('echo 2', { expect: 'stdout.trim() == "1"' }))).toContain('not as expected');
    expect(await answerOf(command('exit 3', { expect: 'exitCode == 3' }))).toContain('well');
  });

  test('runs in the folder of the plan', async () => {
    expect(await answerOf(command('pwd', { expect: 'stdout == "/"' }))).toContain('well');
  });

  test('is answered badly when it takes too long, or is not there', async () => {
    expect(await answerOf(command('exec sleep 60', { timeout: 100 }))).toBe('bad: no answer in N ms');
    const missing = { kind: 'command', command: { run: { argv: ['no-such'] }, cwd: '/', env: {} } } as const;
    expect(await answerOf(probeOf(missing))).toBe('bad: the command no-such is not there');
  });
});

describe('the step', () => {
  const step = { kind: 'probe', probe: 'alive', for: undefined } as const;

  test('succeeds once its probe is healthy, however it began', async () => {
    let requests = 0;
    const url = await webServer((_, response) => {
      requests += 1;
      response.writeHead(requests < 3 ? 503 : 200).end();
    });
    const probe = http(url, { failures: 5, successes: 2 });
    const { status, facts } = await probeStep.execute(step, contextWith(probe));
    expect({ status, facts }).toEqual({ status: 'succeeded', facts: { kind: 'probe', healthy: true, answers: 4 } });
  });

  test('fails with the last answer', async () => {
    const path = join(temporaryFolder(), 'none');
    const probe = probeOf({ kind: 'file', path }, { failures: 2 });
    const { status, error, facts } = await probeStep.execute(step, contextWith(probe));
    expect({ status, facts }).toEqual({ status: 'failed', facts: { kind: 'probe', healthy: false, answers: 2 } });
    expect(error?.message).toBe(`the probe alive is not healthy, asked 2 times: ${path} does not exist`);
  });

  test('asks once in a simulation, and a bad answer only warns', async () => {
    const path = join(temporaryFolder(), 'page');
    writeFileSync(path, '');
    const context = contextWith(probeOf({ kind: 'file', path }, { successes: 3, failures: 3 }));
    expect(await probeStep.check(step, context)).toMatchObject([{ severity: 'ok' }]);
    rmSync(path);
    expect(await probeStep.check(step, context)).toMatchObject([{ severity: 'warning' }]);
  });

  test('ends when it is cancelled', async () => {
    const silent = await webServer(() => stop.abort(new Error('enough')));
    const stop = new AbortController();
    const context = contextWith(http(silent, { failures: 9 }), { signal: stop.signal });
    await expect(probeStep.execute(step, context)).rejects.toThrow('enough');
  });
});
