import { expect, test } from 'vitest';
import { closestName } from '../../src/base/closest-name.ts';

const names = ['systems', 'storage', 'status', 'orders'];

test.for([
  ['sytems', 'systems'],
  ['Storage', 'storage'],
  ['stat', 'status'],
  ['order', 'orders'],
  ['sotrage', 'storage'],
])('%s means %s', ([written = '', meant]) => {
  expect(closestName(written, names)).toBe(meant);
});

test.for(['website', '', 'x'])('"%s" means none of them', (written) => {
  expect(closestName(written, names)).toBeUndefined();
});

test('two letters that have changed places are one mistake', () => {
  expect(closestName('rnu', ['uses', 'run'])).toBe('run');
});

test('names without a letter in common are not near each other', () => {
  expect(closestName('x', ['a', 'b'])).toBeUndefined();
});
