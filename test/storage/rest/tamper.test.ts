import { describe, expect, test } from 'vitest';
import { tamperWith } from '../../../src/storage/check/tamper.ts';
import { namesOf } from '../../conformance/listing.ts';
import { restRig } from './rig.ts';

describe('tamper test of a REST server', () => {
  const rig = restRig();

  test('one that only takes new objects protects, whatever the plan says of it', async () => {
    for (const appendOnly of [true, false]) {
      const store = await rig.open({ appendOnly: true }, { appendOnly });
      const report = await tamperWith(store);
      expect(report.attempts.map(({ kind, outcome }) => [kind, outcome])).toEqual([
        ['remove', 'refused'],
        ['overwrite', 'refused'],
        ['shorten-lock', 'not-applicable'],
        ['lift-lock', 'not-applicable'],
        ['destroy', 'refused'],
        ['back-date', 'not-applicable'],
      ]);
      expect(report.verdict).toBe('protected');
      expect(report.left).toHaveLength(1);
    }
  });

  test('any other is unprotected, also when the plan says it were append-only', async () => {
    const store = await rig.open({}, { appendOnly: true });
    expect(await tamperWith(store)).toMatchObject({ verdict: 'unprotected', left: [expect.stringMatching(/^data\//)] });
    const open = await rig.open();
    expect(await tamperWith(open)).toMatchObject({ verdict: 'unprotected' });
  });

  test('a server that fails has refused nothing', async () => {
    const store = await rig.open({
      fault: (request, response) => {
        if (request.method !== 'DELETE') return false;
        response.writeHead(500).end();
        return true;
      },
    });
    expect(await tamperWith(store)).toMatchObject({ verdict: 'unknown' });
  });

  test('nothing is left where nothing is refused', async () => {
    const store = await rig.open();
    expect((await tamperWith(store)).left).toEqual([]);
    expect(await namesOf(store, 'data/')).toEqual([]);
  });
});
