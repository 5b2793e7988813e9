import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statementsOf } from '../../../src/sources/postgres/restore/globals.ts';
import { nameBeside } from '../../../src/sources/postgres/restore/beside.ts';
import { listFor } from '../../../src/sources/postgres/restore/toc.ts';
import { identifier, literal, matches } from '../../../src/sources/postgres/sql.ts';
import { wholeDump } from '../../../src/sources/postgres/whole-dump.ts';

test('statements of a file of globals are told apart, whatever is in their texts', () => {
  const texts = fc.array(fc.string({ unit: fc.constantFrom('a', "'", '"', ';', ' ', '-', '\\', 'ü') }), {
    maxLength: 5,
  });
  fc.assert(
    fc.property(texts, (values) => {
      const statements = values.map((value) => `ALTER ROLE ${identifier(value)} SET x TO ${literal(value)}`);
      const file = [
        '--',
        '-- Roles',
        '--',
        'SET standard_conforming_strings = on;',
        '\\restrict x',
        ...statements.map((each) => `${each};`),
        '',
      ];
      expect(statementsOf(file.join('\n'))).toEqual(statements);
    }),
  );
});

test('a name beside fits into what a server keeps, and ends at a whole character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 63 }), (name) => {
      const beside = nameBeside(name.toWellFormed(), 'before-restore', Date.UTC(2026, 10, 20));
      expect(Buffer.byteLength(beside)).toBeLessThanOrEqual(63);
      expect(beside).toMatch(/\.before-restore-20261120T000000Z$/);
    }),
  );
  expect(nameBeside('shop', 'restored', 0)).toBe('shop.restored-19700101T000000Z');
});

test('patterns are texts but for their stars', () => {
  expect(matches('name', [])).toBeUndefined();
  expect(matches('name', ['a_%*', "it's"])).toBe(String.raw`(name like 'a\_\%%' or name like 'it''s')`);
});

describe('a list of what is to be restored', () => {
  const toc = `;
; Archive created at 2026-11-20
5; 2615 16000 SCHEMA - app owner
215; 1259 16386 TABLE app orders owner
;	depends on: 5
216; 1259 16387 TABLE app more orders owner
;	depends on: 5
300; 1259 16390 SEQUENCE app orders_id_seq owner
;	depends on: 215 5
301; 1259 16391 SEQUENCE app other_seq owner
;	depends on: 5
310; 1259 16393 VIEW app recent owner
;	depends on: 215
3330; 0 16386 TABLE DATA app orders owner
;	depends on: 215
3340; 0 0 SEQUENCE SET app orders_id_seq owner
;	depends on: 300
3350; 1259 16395 INDEX app orders_item_idx owner
;	depends on: 215
3360; 2606 16399 FK CONSTRAINT app more orders more_item_fkey owner
;	depends on: 215 216
`;
  const ids = (...names: string[]) =>
    listFor(
      toc,
      names.map((name) => ({ schema: 'app', name })),
    )
      .split('\n')
      .map((line) => Number.parseInt(line, 10))
      .filter((id) => !Number.isNaN(id));

  test('has the table, its parts and what it needs, in the order of the dump', () => {
    expect(ids('orders')).toEqual([5, 215, 300, 3330, 3340, 3350]);
    expect(ids('more orders')).toEqual([5, 216]);
    expect(ids('orders', 'more orders')).toEqual([5, 215, 216, 300, 3330, 3340, 3350, 3360]);
    expect(ids('no such')).toEqual([]);
  });
});

test('a whole dump ends as it must, in however many pieces', async () => {
  expect(
    await read('plain', 'x'.repeat(9999), '-- PostgreSQL database du', 'mp complete\n', '\\unrestrict abc\n'),
  ).toBeGreaterThan(9999);
  expect(await read('custom', 'PG', 'DMP', 'rest')).toBe(9);
  await expect(read('plain', '-- PostgreSQL database dump complete', 'x'.repeat(5000))).rejects.toMatchObject({
    code: 'capture-cut-off',
  });
  await expect(read('globals', '-- PostgreSQL database dump complete')).rejects.toMatchObject({
    code: 'capture-cut-off',
  });
  await expect(read('custom')).rejects.toMatchObject({ code: 'capture-cut-off' });
});

async function read(kind: 'custom' | 'plain' | 'globals', ...texts: string[]): Promise<number> {
  let size = 0;
  for await (const piece of wholeDump(kind, pieces(texts))) size += piece.length;
  return size;
}

async function* pieces(texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}
