import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Queue } from '../../../src/vault/archive/queue.ts';

/** A number: so many are put in; a negative one: so many are taken. */
const steps = fc.array(fc.integer({ min: -300, max: 400 }), { maxLength: 30 });

test('gives what an array would give, however much went through it', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const [queue, model]: [Queue<number>, number[]] = [new Queue(), []];
      for (const step of list) {
        const added = Array.from({ length: Math.max(step, 0) }, (_, i) => i);
        for (const item of added) queue.push(item);
        model.push(...added);
        expect(queue.take(Math.max(-step, 0))).toEqual(model.splice(0, Math.max(-step, 0)));
        expect([queue.length, queue.at(0), queue.at(5)]).toEqual([model.length, model[0], model[5]]);
      }
    }),
  );
});
