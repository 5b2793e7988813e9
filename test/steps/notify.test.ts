import { describe, expect, test } from 'vitest';
import type { Delivery, MessageRequest } from '../../src/base/delivery.ts';
import { MusterError } from '../../src/base/error.ts';
import { notifyStep } from '../../src/steps/notify.ts';
import { waitStep } from '../../src/steps/wait.ts';
import { contextOf } from './context.ts';

const step = { kind: 'notify', message: 'down', audiences: ['team'], set: { cause: 'flood' } } as const;

function delivery(status: Delivery['status'], channel: string): Delivery {
  return { message: 'down', audience: 'team', channel, status, at: 0, detail: status === 'sent' ? 'ok' : 'refused' };
}

async function refuse(): Promise<never> {
  throw new MusterError('not in this test', { code: 'refused' });
}

describe('notify', () => {
  test('sends the message with its values, as part of the run', async () => {
    const sent: MessageRequest[] = [];
    const send = async (request: MessageRequest) => {
      sent.push(request);
      return [delivery('sent', 'mail')];
    };
    const { status, facts } = await notifyStep.execute(step, contextOf({ send }));
    expect(status).toBe('succeeded');
    expect(facts).toEqual({ kind: 'notify', deliveries: [delivery('sent', 'mail')] });
    expect(sent).toEqual([
      { message: 'down', audiences: ['team'], set: { cause: 'flood' }, run: '20261120T101500Z-7f3a9c' },
    ]);
  });

  test('is partial when only some were reached', async () => {
    const some = [delivery('sent', 'mail'), delivery('failed', 'hook')];
    const { status, faults } = await notifyStep.execute(step, contextOf({ send: async () => some }));
    expect(status).toBe('partial');
    expect(faults).toEqual([{ path: 'hook for team', kind: 'delivery', detail: 'refused' }]);
  });

  test.each([[[delivery('failed', 'hook')]], [[]]])('fails when nobody was reached', async (deliveries) => {
    const { status, error } = await notifyStep.execute(step, contextOf({ send: async () => deliveries }));
    expect(status).toBe('failed');
    expect(error).toMatchObject({ code: 'message-not-sent', retryable: true });
  });

  test('is rendered and not sent in a simulation', async () => {
    const texts = [{ audience: 'team', subject: 'The shop is down' }];
    const context = contextOf({ send: refuse, renderMessage: async () => texts });
    expect(await notifyStep.check(step, context)).toEqual([
      { severity: 'ok', message: 'would send "The shop is down" to team' },
    ]);
    const broken = contextOf({ renderMessage: refuse });
    expect(await notifyStep.check(step, broken)).toEqual([{ severity: 'error', message: 'not in this test' }]);
  });
});

describe('wait', () => {
  test('lets the time pass on the clock of the run', async () => {
    const waited: number[] = [];
    const clock = { now: () => 0, sleep: async (ms: number) => void waited.push(ms) };
    expect(await waitStep.execute({ kind: 'wait', ms: 90_000 }, contextOf({ clock }))).toMatchObject({
      status: 'succeeded',
    });
    expect(waited).toEqual([90_000]);
    expect(await waitStep.check({ kind: 'wait', ms: 90_000 }, contextOf())).toEqual([
      { severity: 'ok', message: 'would wait 1m 30s' },
    ]);
  });
});
