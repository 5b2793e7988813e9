import { describe, expect, test } from 'vitest';

import { recoveryOrder } from '../../src/order/recovery-order.ts';
import { samplePlan, sampleSystem } from '../sample-plan.ts';

const plan = samplePlan({
  systems: [
    sampleSystem('website', { needs: ['orders', 'configuration'] }),
    sampleSystem('orders', { needs: ['configuration'] }),
    sampleSystem('configuration'),
    sampleSystem('mail', { needs: ['configuration'] }),
  ],
});

describe('recoveryOrder', () => {
  test('brings what is needed first, with the reason for each', () => {
    const { waves } = recoveryOrder(plan, ['website']);
    expect(waves.map((wave) => wave.map(({ system, reasons }) => [system.name, ...reasons]))).toEqual([
      [['configuration', 'needed by website', 'needed by orders']],
      [['orders', 'needed by website']],
      [['website', 'asked for']],
    ]);
  });

  test('takes every system when none is named', () => {
    expect(recoveryOrder(plan).waves.map((wave) => wave.map(({ system }) => system.name))).toEqual([
      ['configuration'],
      ['mail', 'orders'],
      ['website'],
    ]);
  });

  test('names what is not there, and what goes in a circle', () => {
    expect(() => recoveryOrder(plan, ['shop'])).toThrow(expect.objectContaining({ code: 'unknown-system' }));
    const circle = samplePlan({ systems: [sampleSystem('a', { needs: ['b'] }), sampleSystem('b', { needs: ['a'] })] });
    expect(() => recoveryOrder(circle)).toThrow('systems need each other in a circle: a → b → a');
  });

  test('a chain of 5,000', () => {
    const systems = Array.from({ length: 5000 }, (_, index) =>
      sampleSystem(`s${index}`, { needs: index === 0 ? [] : [`s${index - 1}`] }),
    );
    expect(recoveryOrder(samplePlan({ systems }), ['s4999']).waves).toHaveLength(5000);
  });
});
