import { describe, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { webhook } from '../../src/notify/webhook.ts';
import { requireProgram } from '../require.ts';
import { selfSigned } from '../servers/certificate.ts';
import { answerOk, startHttpServer, type Answer } from '../servers/http.ts';
import { effects, hurriedClock, rendered, webhookChannel } from './samples.ts';

const haveOpenssl = requireProgram('openssl');
const secret = `whsec_${Buffer.from('a key of at least 24 bytes!').toString('base64')}`;

/** Each status once, the last one from then on. */
function answers(...statuses: readonly (number | [number, Record<string, string>])[]): Answer {
  return (response, count) => {
    const answer = statuses[Math.min(count, statuses.length) - 1] ?? 204;
    const [status, headers] = typeof answer === 'number' ? [answer, {}] : answer;
    response.writeHead(status, headers).end();
  };
}

describe('a webhook', () => {
  test('posts one JSON document', async () => {
    await using server = await startHttpServer();
    const url = `http://127.0.0.1:${server.port}/hook?team=7`;
    const at = Date.parse('2026-11-20T10:15:00.250Z');
    const { detail } = await webhook.send(
      webhookChannel({ url }),
      rendered({ at, id: 'm-1', run: undefined }),
      effects(),
    );
    expect(server.received).toMatchObject([
      { method: 'POST', path: '/hook?team=7', headers: { 'content-type': 'application/json; charset=utf-8' } },
    ]);
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({
      id: 'm-1',
      type: 'muster.message',
      source: 'muster/shop',
      time: '2026-11-20T10:15:00.250Z',
      severity: 'high',
      subject: 'Backup of orders failed',
      text: 'The backup of orders failed.',
      message: 'backup-failed',
      audience: 'team',
      run: null,
    });
    expect(detail).toBe(`http://127.0.0.1:${server.port} answered 204`);
  });

  test('is signed so that the receiver’s library accepts it', async () => {
    await using server = await startHttpServer();
    const definition = webhookChannel({
      url: `http://127.0.0.1:${server.port}`,
      secret: { from: 'env', variable: 'PARTNER_SECRET' },
    });
    const text = 'Größe ≥ 3 🚒 \u2028';
    await webhook.send(
      definition,
      rendered({ id: 'm-1', text }),
      effects({ resolveSecret: async () => `${secret}\n` }),
    );
    const [request] = server.received;
    const headers = request?.headers as Record<string, string>;
    expect(new Webhook(secret).verify(request?.body ?? '', headers)).toMatchObject({ id: 'm-1', text });
    expect(headers['webhook-id']).toBe('m-1');
    const other = new Webhook(`whsec_${Buffer.from('another key, 24 bytes long').toString('base64')}`);
    expect(() => other.verify(request?.body ?? '', headers)).toThrow('No matching signature');
    expect(() => new Webhook(secret).verify(`${request?.body} `, headers)).toThrow('No matching signature');
  });

  test('that is tried again has the same id and is signed anew', async () => {
    await using server = await startHttpServer(answers(503, 204));
    const definition = webhookChannel({
      url: `http://127.0.0.1:${server.port}`,
      secret: { from: 'env', variable: 'PARTNER_SECRET' },
    });
    let now = Date.now() - 10_000;
    const clock = { ...hurriedClock(), now: () => (now += 5000) };
    await webhook.send(definition, rendered(), effects({ resolveSecret: async () => secret, clock }));
    const [first, second] = server.received;
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp']);
    new Webhook(secret).verify(second?.body ?? '', second?.headers as Record<string, string>);
  });

  test('with a secret of another form is refused before anything is sent', async () => {
    await using server = await startHttpServer();
    const definition = webhookChannel({
      url: `http://127.0.0.1:${server.port}`,
      secret: { from: 'env', variable: 'PARTNER_SECRET' },
    });
    const sent = webhook.send(definition, rendered(), effects({ resolveSecret: async () => 'not base64 §' }));
    await expect(sent).rejects.toMatchObject({
      message: 'the secret of channel partners is not a Standard Webhooks secret',
      retryable: false,
    });
    expect(server.received).toEqual([]);
  });

  test('takes user and password from the URL', async () => {
    await using server = await startHttpServer();
    const url = `http://muster:p%40ss@127.0.0.1:${server.port}/hook`;
    await webhook.send(webhookChannel({ url }), rendered(), effects());
    expect(server.received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('muster:p@ss').toString('base64')}`);
  });

  test.for(['ftp://example.org/', 'example.org', 'https://u:%zz@example.org/'])('cannot go to %s', async (url) => {
    const sent = webhook.send(webhookChannel({ url }), rendered(), effects());
    await expect(sent).rejects.toThrow('the URL of channel partners is not an HTTP URL');
  });
});

describe('a receiver', () => {
  test.for([500, 502, 503, 429, 408, 425])('that answers %i is tried again', async (status) => {
    await using server = await startHttpServer(answers(status, status, 200));
    const clock = hurriedClock();
    await webhook.send(webhookChannel({ url: `http://127.0.0.1:${server.port}` }), rendered(), effects({ clock }));
    expect(server.received).toHaveLength(3);
    expect(clock.pauses).toEqual([1000, 4000]);
  });

  test.for([400, 401, 404, 410, 422])('that answers %i is not asked again', async (status) => {
    await using server = await startHttpServer(answers(status));
    const sent = webhook.send(webhookChannel({ url: `http://127.0.0.1:${server.port}` }), rendered(), effects());
    await expect(sent).rejects.toThrow(`http://127.0.0.1:${server.port} answered ${status}`);
    expect(server.received).toHaveLength(1);
  });

  test('that says when to come back is given that time', async () => {
    await using server = await startHttpServer(answers([429, { 'retry-after': '20' }], 200));
    const clock = hurriedClock();
    await webhook.send(webhookChannel({ url: `http://127.0.0.1:${server.port}` }), rendered(), effects({ clock }));
    expect(clock.pauses).toEqual([20_000]);
  });

  test('may say it as a date', async () => {
    const now = Date.parse('2026-11-20T10:15:00Z');
    const later = new Date(now + 12_000).toUTCString();
    await using server = await startHttpServer(answers([503, { 'retry-after': later }], 200));
    const clock = { ...hurriedClock(), now: () => now };
    await webhook.send(webhookChannel({ url: `http://127.0.0.1:${server.port}` }), rendered(), effects({ clock }));
    expect(clock.pauses).toEqual([12_000]);
  });

  test('that wants to be left alone for an hour is left alone', async () => {
    await using server = await startHttpServer(answers([429, { 'retry-after': '3600' }]));
    const clock = hurriedClock();
    const sent = webhook.send(
      webhookChannel({ url: `http://127.0.0.1:${server.port}` }),
      rendered(),
      effects({ clock }),
    );
    await expect(sent).rejects.toMatchObject({ retryable: true, retryAfter: 3_600_000 });
    expect(clock.pauses).toEqual([]);
  });

  test('that sends elsewhere is not followed', async () => {
    await using target = await startHttpServer();
    await using server = await startHttpServer(answers([307, { location: `http://127.0.0.1:${target.port}/` }]));
    const sent = webhook.send(webhookChannel({ url: `http://127.0.0.1:${server.port}` }), rendered(), effects());
    await expect(sent).rejects.toMatchObject({ message: expect.stringContaining('not followed') as unknown });
    expect(target.received).toEqual([]);
  });

  test('that answers without an end is cut off', async () => {
    await using server = await startHttpServer((response) => {
      response.writeHead(400);
      const write = (): void => {
        while (!response.destroyed && response.write('a lot of text '.repeat(1000)));
      };
      response.on('drain', write);
      write();
    });
    const sent = webhook.send(webhookChannel({ url: `http://127.0.0.1:${server.port}` }), rendered(), effects());
    await expect(sent).rejects.toThrow(/answered 400: a lot of text .{170,200}…$/);
  });

  test('that does not answer in time is tried again', async () => {
    await using server = await startHttpServer((response, count) => {
      if (count > 1) answerOk(response, count);
    });
    const definition = webhookChannel({ url: `http://127.0.0.1:${server.port}`, timeout: 100 });
    await webhook.send(definition, rendered(), effects());
    expect(server.received).toHaveLength(2);
  });

  test('that is not there is tried five times', async () => {
    const server = await startHttpServer();
    await server[Symbol.asyncDispose]();
    const sent = webhook.send(webhookChannel({ url: `http://127.0.0.1:${server.port}` }), rendered(), effects());
    await expect(sent).rejects.toThrow(
      `http://127.0.0.1:${server.port} could not be reached (ECONNREFUSED) (tried 5 times)`,
    );
  });

  test.runIf(haveOpenssl)('with an unknown certificate is refused', async () => {
    await using server = await startHttpServer(answerOk, selfSigned());
    const clock = hurriedClock();
    const definition = webhookChannel({ url: `https://127.0.0.1:${server.port}` });
    await expect(webhook.send(definition, rendered(), effects({ clock }))).rejects.toMatchObject({
      message: `the certificate of https://127.0.0.1:${server.port} is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)`,
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS') as unknown,
    });
    expect(server.received).toEqual([]);
    expect(clock.pauses).toEqual([]);
  });
});
