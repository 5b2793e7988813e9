import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Delivery } from '../../src/base/delivery.ts';
import { MusterError } from '../../src/base/error.ts';
import type { ResolveSecret } from '../../src/base/secret.ts';
import type { Channel } from '../../src/notify/channel.ts';
import type { SenderEffects, SendRequest } from '../../src/notify/deliver.ts';
import { channels } from '../../src/notify/registry.ts';
import { createSender } from '../../src/notify/send.ts';
import type { FileChannel } from '../../src/plan/model/message.ts';
import { startMailServer } from '../servers/smtp.ts';
import { startHttpServer } from '../servers/http.ts';
import { message, planWith } from './plan.ts';
import { emailChannel, fileChannel, hurriedClock, noSecrets, webhookChannel } from './samples.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-send-'));
});
afterEach(() => rm(folder, { recursive: true }));

const hello = message('hello', { team: 'Hello team {{set.name}}', default: 'Hello' }, 'Greetings to {{audience}}');

function effectsWith(fields: Partial<SenderEffects> & Pick<SenderEffects, 'plan'>): SenderEffects {
  return { clock: hurriedClock(), resolveSecret: noSecrets, redact: (text) => text, ...fields };
}

function request(fields: Partial<SendRequest> = {}): SendRequest {
  const set = { name: 'A' };
  return { message: 'hello', audiences: ['team'], set, run: 'run-1', occasion: { now: 0 }, ...fields };
}

async function lines(name: string): Promise<readonly Record<string, unknown>[]> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const unavailable: ResolveSecret = async () => {
  throw new MusterError('the environment has no SMTP_URL', { code: 'secret-unavailable', hint: 'Set it.' });
};

const hideSecret = (text: string): string => text.replaceAll('s3cret', '***').replaceAll('two\nlines', '+++');

function outcomes(deliveries: readonly Delivery[]): readonly string[] {
  return deliveries.map(({ audience, channel, status }) => `${audience} ${channel} ${status}`);
}

describe('sending', () => {
  test('goes to each channel of each audience, with the text of that audience', async () => {
    await using mail = await startMailServer();
    await using hook = await startHttpServer();
    const log = fileChannel(join(folder, 'log'));
    const channels = [
      log,
      emailChannel({ url: `smtp://127.0.0.1:${mail.port}` }),
      webhookChannel({ url: `http://127.0.0.1:${hook.port}` }),
    ];
    const sender = createSender(effectsWith({ plan: planWith({ channels, messages: [hello] }) }));
    const deliveries = await sender.send(request({ audiences: ['team', 'customers'] }));
    expect(outcomes(deliveries)).toEqual([
      'team log sent',
      'team mail sent',
      'team partners sent',
      'customers log sent',
    ]);
    expect(mail.received).toMatchObject([
      {
        to: ['owner@shop.example', 'ada@shop.example'],
        mail: { subject: 'Greetings to team', text: 'Hello team A\n' },
      },
    ]);
    expect(hook.received.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      { source: 'muster/shop', run: 'run-1', audience: 'team', text: 'Hello team A' },
    ]);
    const texts = (await lines('log')).map(({ audience, text }) => `${String(audience)}: ${String(text)}`);
    expect(texts.toSorted()).toEqual(['customers: Hello', 'team: Hello team A']);
  });

  test('reports a channel that fails, and goes on with the others', async () => {
    const broken = { ...fileChannel(folder), name: 'broken' };
    const plan = planWith({ channels: [broken, fileChannel(join(folder, 'log'))], messages: [hello] });
    const deliveries = await createSender(effectsWith({ plan })).send(request());
    expect(outcomes(deliveries)).toEqual(['team broken failed', 'team log sent']);
    expect(deliveries[0]?.detail).toMatch(/could not be written to .* \(EISDIR\)\. Make sure/);
    expect(await lines('log')).toHaveLength(1);
  });

  test('reports a secret that is not there', async () => {
    const plan = planWith({
      channels: [emailChannel({ url: { from: 'env', variable: 'SMTP_URL' } })],
      messages: [hello],
    });
    const [delivery] = await createSender(effectsWith({ plan, resolveSecret: unavailable })).send(request());
    expect(delivery).toMatchObject({ status: 'failed', detail: 'the environment has no SMTP_URL. Set it.' });
  });

  test('replaces secrets in texts and in what it reports', async () => {
    await mkdir(join(folder, 's3cret'));
    const plan = planWith({
      channels: [fileChannel(join(folder, 'log')), { ...fileChannel(join(folder, 's3cret')), name: 'broken' }],
      messages: [message('hello', { default: 'the password is s3cret, the key two\nlines' }, 's3cret two\nlines')],
    });
    const deliveries = await createSender(effectsWith({ plan, redact: hideSecret })).send(request());
    expect(await lines('log')).toMatchObject([{ subject: '*** +++', text: 'the password is ***, the key +++' }]);
    expect(JSON.stringify(deliveries)).not.toContain('s3cret');
  });

  test('reports a text that cannot be made, for each channel', async () => {
    const plan = planWith({
      channels: [fileChannel(join(folder, 'log'))],
      messages: [message('hello', { customers: 'only for them' })],
    });
    const [delivery] = await createSender(effectsWith({ plan })).send(request());
    expect(delivery).toMatchObject({
      status: 'failed',
      detail: 'message hello has no text for audience team. Add `team` or `default` to the texts of hello.',
    });
  });

  test('gives up on a channel that never ends, even one that does not listen', async () => {
    const deaf: Channel<FileChannel> = { ...channels.file, send: () => new Promise(() => {}) };
    const plan = planWith({ channels: [fileChannel(join(folder, 'log'))], messages: [hello] });
    const sender = createSender(effectsWith({ plan, timeLimit: 20, channels: { ...channels, file: deaf } }));
    const [delivery] = await sender.send(request());
    expect(delivery).toMatchObject({ status: 'failed', detail: expect.stringContaining('within 20ms') as unknown });
  });

  test('ends when the run is cancelled', async () => {
    await using mail = await startMailServer();
    const plan = planWith({ channels: [emailChannel({ url: `smtp://127.0.0.1:${mail.port}` })], messages: [hello] });
    const [delivery] = await createSender(effectsWith({ plan })).send(request({ signal: AbortSignal.abort() }));
    expect(delivery).toMatchObject({ status: 'failed', detail: 'it was cancelled before it was taken' });
    expect(mail.received).toEqual([]);
  });

  test('shortens a text that is too long for the channel, and says so', async () => {
    const short: Channel<FileChannel> = { ...channels.file, facts: { ...channels.file.facts, maxLength: 30 } };
    const plan = planWith({
      channels: [fileChannel(join(folder, 'log'))],
      messages: [message('hello', { default: '🚒'.repeat(40) })],
    });
    await createSender(effectsWith({ plan, channels: { ...channels, file: short } })).send(request());
    const text = (await lines('log'))[0]?.['text'];
    expect(text).toBe(`${'🚒'.repeat(9)}\n[shortened]`);
  });

  test.for([
    [{ message: 'nothing' }, 'there is no message nothing in the plan'],
    [{ audiences: ['nobody'] }, 'there is no audience nobody in the plan'],
  ] as const)('refuses names that the plan does not have: %j', async ([fields, expected]) => {
    const sender = createSender(effectsWith({ plan: planWith({ channels: [], messages: [hello] }) }));
    await expect(sender.send(request(fields))).rejects.toThrow(expected);
  });
});

describe('a dry run', () => {
  test('shows what would be sent, without any secret', () => {
    const channels = [emailChannel({ url: { from: 'env', variable: 'SMTP_URL' } })];
    const sender = createSender(effectsWith({ plan: planWith({ channels, messages: [hello] }) }));
    expect(sender.render(request({ audiences: ['team', 'customers'] }))).toEqual([
      {
        audience: 'team',
        channels: ['mail'],
        recipients: ['owner@shop.example', 'ada@shop.example'],
        severity: 'high',
        subject: 'Greetings to team',
        text: 'Hello team A',
      },
      {
        audience: 'customers',
        channels: ['mail'],
        recipients: [],
        severity: 'high',
        subject: 'Greetings to customers',
        text: 'Hello',
      },
    ]);
  });
});
