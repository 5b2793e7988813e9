import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Diagnostic, Position } from '../../src/base/diagnostic.ts';
import { diagnosticCodes } from '../../src/plan/diagnostic-codes.ts';
import { loadPlan } from '../../src/plan/load.ts';

/*
 * Each `NAME.yaml` or folder of `invalid/` is a plan with mistakes; `NAME.expected.json` beside it says what must be
 * said of it, word by word. After a change of words: MUSTER_TEST_UPDATE=1, then read the difference.
 */

const folder = join(import.meta.dirname, 'invalid');
const env = { HOME: '/data/me', MUSTER_PASSPHRASE: 'not shown' };
const plans = readdirSync(folder).filter((name) => !name.endsWith('.expected.json'));

describe('plans with mistakes', () => {
  test('there are many', () => {
    expect(plans.length).toBeGreaterThanOrEqual(60);
  });

  test.for(plans)('%s', async (name) => {
    const { plan, diagnostics, sources } = await loadPlan(join(folder, name), { env });
    const found = diagnostics.map((diagnostic) => described(diagnostic, name));
    expect(found).toEqual(expected(name, found));
    expect(plan === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
    for (const diagnostic of diagnostics) expectHelpful(diagnostic, sources);
  });

  test('together they show every code that a plan in files can have', () => {
    const shown = new Set(plans.flatMap((name) => codesIn(name)));
    const missing = Object.keys(diagnosticCodes).filter((code) => !shown.has(code));
    // Shown by the tests of the limits: files too large to keep.
    expect(missing).toEqual(['too-large', 'too-many-problems']);
  });
});

/** A diagnostic as it is kept: short, and the same on every machine. */
function described(diagnostic: Diagnostic, plan: string): Record<string, unknown> {
  const { severity, code, message, hint, related } = diagnostic;
  return {
    at: placed(diagnostic, plan),
    severity,
    code,
    message: message.replaceAll(`${folder}/`, ''),
    hint,
    ...(related ? { related: related.map((place) => `${placed(place, plan)} ${place.message}`) } : {}),
  };
}

function placed({ file, line, column, endLine, endColumn }: Position, plan: string): string {
  const name = relative(folder, file);
  return `${name === plan ? '' : `${name}:`}${line}:${column}-${endLine === line ? '' : `${endLine}:`}${endColumn}`;
}

function expected(name: string, found: unknown): unknown {
  const path = join(folder, `${name.replace('.yaml', '')}.expected.json`);
  if (process.env['MUSTER_TEST_UPDATE'] === '1') writeFileSync(path, `${JSON.stringify(found, undefined, 2)}\n`);
  if (!existsSync(path)) throw new Error(`${name} has no expectation: ${path}`);
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Of the catalogue, on one line, with a hint, and inside its file. */
function expectHelpful(diagnostic: Diagnostic, sources: ReadonlyMap<string, string>): void {
  const { code, message, hint = '', line, column, endLine = 0, endColumn = 0, file } = diagnostic;
  expect(Object.keys(diagnosticCodes)).toContain(code);
  expect(message).toMatch(/^[^\n]{5,400}[^.\s]$/);
  expect(hint).toMatch(/^[^\n]{4,600}[.?]$/);
  const lines = (sources.get(file) ?? '').split('\n');
  expect(line).toBeLessThanOrEqual(endLine);
  expect(endLine).toBeLessThanOrEqual(lines.length);
  expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
  expect(endColumn).toBeLessThanOrEqual((lines[endLine - 1] ?? '').length + 1);
}

function codesIn(name: string): string[] {
  const text = readFileSync(join(folder, `${name.replace('.yaml', '')}.expected.json`), 'utf8');
  return (JSON.parse(text) as Diagnostic[]).map(({ code }) => code);
}

describe('a secret in plain text', () => {
  test('is shown neither by a message nor by the lines that are handed out', async () => {
    const { diagnostics, sources } = await loadPlan(join(folder, 'plain-text-secrets.yaml'), { env });
    expect(JSON.stringify(diagnostics)).not.toMatch(/hunter2|12345/);
    const [text = ''] = sources.values();
    expect(text).not.toMatch(/hunter2|12345/);
    expect(text).toHaveLength(readFileSync(join(folder, 'plain-text-secrets.yaml'), 'utf8').length);
  });
});
