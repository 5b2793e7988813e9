import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkExpression, evaluateExpression, type ExpressionPlace } from '../../src/plan/expression.ts';
import { expressionVariables } from '../../src/plan/expression/place.ts';
import { bindParams, renameSteps, stepsIn } from '../../src/plan/expression/rewrite.ts';

const response = {
  status: 200,
  body: '{"status":"UP","queue":{"depth":3},"load":0.5,"nodes":["a","b"],"__proto__":{"x":1}}',
  headers: { 'content-type': 'application/json' },
  durationMs: 120,
};

function http(expression: string): boolean {
  return evaluateExpression(expression, 'probe-http', { response });
}

function problem(expression: string, place: ExpressionPlace): object | undefined {
  return checkExpression(expression, place)[0];
}

describe('a sound expression', () => {
  test.for([
    'response.status == 200',
    'response.status == 200.0',
    'response.status >= 200 && response.status < 300',
    'response.status in [200, 204]',
    'response.durationMs < 500 && response.durationMs / 1000.0 < 0.5',
    'response.json.status == "UP"',
    'response.json.queue.depth < 10',
    'response.json.queue.depth * 1.5 == 4.5',
    'response.json.load <= 1',
    'size(response.json.nodes) == 2 && "b" in response.json.nodes',
    'response.json.nodes.exists(name, name.startsWith("a"))',
    'response.headers["content-type"].contains("json")',
    'has(response.json.status) && !has(response.json.nothing)',
    'response.body.matches("UP|OK")',
    '  response.body.replace("UP", "up").contains("up") // in small letters',
  ])('holds: %s', (expression) => {
    expect(checkExpression(expression, 'probe-http')).toEqual([]);
    expect(http(expression)).toBe(true);
  });

  test('compares what a command printed', () => {
    const values = { exitCode: 0, stdout: ' 1\n', stderr: '' };
    expect(evaluateExpression('stdout.trim() == "1" && exitCode == 0', 'probe-command', values)).toBe(true);
    expect(evaluateExpression('int(stdout.trim()) > 1', 'run-expect', values)).toBe(false);
  });

  test('reckons with times', () => {
    const file = { exists: true, size: 10, modifiedAt: Date.UTC(2026, 0, 1), age: 3_600_000 };
    expect(evaluateExpression('file.age < duration("2h") && file.size > 0', 'probe-file', { file })).toBe(true);
    const after = 'file.modifiedAt > timestamp("2025-12-31T23:00:00Z")';
    expect(evaluateExpression(after, 'probe-file', { file })).toBe(true);
  });

  test('speaks of params, steps, the run and the incident', () => {
    const values = {
      params: { site: 'b', replicas: 3, ratio: 0.5, dry: false },
      run: { status: 'running', mode: 'execute' },
      steps: { 'stop-old': { status: 'succeeded', attempts: 2, output: 'ok' } },
      incident: { type: 'fire' },
    };
    const expression =
      'params.site == "b" && params.replicas > 2 && params.ratio < 1 && !params.dry && run.mode == "execute" && ' +
      'steps["stop-old"].status == "succeeded" && steps["stop-old"].attempts == 2 && incident.type != "flood"';
    expect(checkExpression(expression, 'when')).toEqual([]);
    expect(evaluateExpression(expression, 'when', values)).toBe(true);
  });

  test('finds the fields that an event does not have empty', () => {
    const event = { type: 'backup.failed', at: 0, run: 'r', system: 'orders', error: { code: 'storage-full' } };
    const expression =
      'event.error.code == "storage-full" && event.message == "" && event.score == 0 && system.name == ""';
    expect(evaluateExpression(expression, 'route', { event })).toBe(true);
    const system = { name: 'orders', tier: 'critical', priority: 1 };
    expect(
      evaluateExpression('system.tier == "critical" && event.type.startsWith("backup.")', 'route', { event, system }),
    ).toBe(true);
  });
});

describe('a problem is one line with a place and advice', () => {
  test.for<[ExpressionPlace, string, number | undefined, string, string | undefined]>([
    ['probe-command', 'stdou == "1"', 0, 'there is no variable `stdou` here', 'Did you mean `stdout`?'],
    [
      'probe-command',
      'true && status == 1',
      8,
      'there is no variable `status` here',
      'There are: exitCode, stdout, stderr.',
    ],
    ['probe-http', 'response.staus == 200', 9, '`response` has no `staus`', 'Did you mean `status`?'],
    ['when', 'steps.a.stat == "x"', 8, '`steps.a` has no `stat`', 'Did you mean `status`?'],
    ['route', 'event.error.cod == "x"', 12, '`event.error` has no `cod`', 'Did you mean `code`?'],
    ['probe-command', 'stdout.trimm() == ""', 0, 'there is no function `trimm`', 'Did you mean `trim`?'],
    [
      'probe-command',
      'stdout',
      0,
      'it must answer true or false, but its result is of type string',
      'Compare the value with what it should be.',
    ],
    ['probe-command', 'exitCode = 0', 9, 'a single `=` is no operator', 'Write `==` to compare.'],
    [
      'probe-command',
      'exitCode == "0"',
      0,
      '`==` does not go with int and string',
      'Convert one side: `int(…)`, `double(…)` or `string(…)`.',
    ],
    ['probe-command', 'stdout ==', 9, 'unexpected token: the end of the expression', undefined],
    ['probe-command', ' ', 0, 'the expression is empty', undefined],
    [
      'probe-file',
      'file.age < duration("2d")',
      20,
      '"2d" is not a duration of an expression',
      'Write hours, minutes and seconds: "36h", "1h30m", "90s".',
    ],
    [
      'probe-file',
      'file.modifiedAt > timestamp("today")',
      28,
      '"today" is not an instant',
      'Write ISO 8601 with an offset: "2026-11-20T10:00:00Z".',
    ],
    ['probe-http', 'response.body.matches("[")', 22, '"[" is not a regular expression', undefined],
  ])('%s: %s', ([place, expression, offset, message, hint]) => {
    expect(problem(expression, place)).toEqual({
      code: 'bad-expression',
      message,
      ...(offset === undefined ? {} : { offset }),
      ...(hint === undefined ? {} : { hint }),
    });
  });

  test('names below params and steps are checked where they are known', () => {
    const known = { params: ['cause'], steps: ['tell', 'recover'] };
    expect(
      checkExpression('params.cause == "" && steps["recover/orders/restore"].attempts > 1', 'when', known),
    ).toEqual([]);
    expect(checkExpression('params.caus == "" || steps["tel"].status == ""', 'when', known)).toEqual([
      { code: 'bad-expression', message: 'there is no param `caus`', offset: 0, hint: 'Did you mean `cause`?' },
      { code: 'bad-expression', message: 'there is no step `tel`', offset: 21, hint: 'Did you mean `tell`?' },
    ]);
  });

  test('what is too large is refused', () => {
    expect(problem(`"${'x'.repeat(30_000)}" == ""`, 'when')).toMatchObject({ message: expect.stringMatching(/20000/) });
    expect(problem('('.repeat(500) + 'true' + ')'.repeat(500), 'when')).toBeDefined();
    expect(problem(Array.from({ length: 1500 }, () => 'true').join('&&'), 'when')).toBeDefined();
  });

  test('whatever is written, nothing but problems comes out', () => {
    const token = fc.constantFrom(
      'stdout',
      'exitCode',
      '==',
      '"',
      '(',
      ')',
      '.',
      '[',
      '1',
      '&&',
      '!',
      '?',
      ':',
      'matches',
      '\n',
      '{',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(token).map((tokens) => tokens.join(' ')),
        ),
        (text) => {
          for (const { message, offset = 0 } of checkExpression(text, 'probe-command')) {
            expect(message).not.toContain('\n');
            expect(offset).toBeLessThanOrEqual(text.length);
          }
        },
      ),
    );
  });
});

describe('an expression that cannot be evaluated', () => {
  test.for([
    ['response.json.nothing == 1', 'there is no `nothing`'],
    ['response.status / 0 == 1', 'division by zero'],
    ['response.json.status', 'it must answer true or false'],
    ['response.nothing == 1', '`response` has no `nothing`'],
  ])('says why: %s', ([expression = '', message = '']) => {
    expect(() => http(expression)).toThrow(
      expect.objectContaining({ code: 'expression-failed', message: expect.stringContaining(message) }),
    );
  });

  test('a body that is no JSON is null', () => {
    const values = { response: { ...response, body: '<html>' } };
    expect(evaluateExpression('response.json == null', 'probe-http', values)).toBe(true);
  });

  test('a body reaches nothing but its own content', () => {
    expect(http('has(response.json.constructor)')).toBe(false);
    expect(http('has(response.json.toString) || has(response.headers.constructor)')).toBe(false);
  });
});

test('the same expression gives the same answer, however many others come between', () => {
  for (let index = 0; index < 2100; index += 1)
    expect(evaluateExpression(`exitCode == ${index}`, 'run-expect', { exitCode: 7, stdout: '', stderr: '' })).toBe(
      index === 7,
    );
});

test('every place has variables, and each of them a description', () => {
  for (const variables of Object.values(expressionVariables))
    expect(Object.values(variables).every(({ description }) => description.length > 3)).toBe(true);
});

describe('conditions of lists that are put into others', () => {
  test('name steps by their ids in the whole', () => {
    const when = 'steps.a.status == "x" && (steps["b c"]).attempts > 1';
    expect(stepsIn(when)).toEqual(['a', 'b c']);
    expect(renameSteps(when, (id) => `group/${id}`)).toBe(
      'steps["group/a"].status == "x" && (steps["group/b c"]).attempts > 1',
    );
  });

  test('keep the values of their params', () => {
    const value = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(value, (value) => {
        const values = { run: {}, steps: {}, incident: {} };
        const bound = bindParams('params.value == expected.value', { value }).replace('expected', 'params');
        expect(evaluateExpression(bound, 'when', { ...values, params: { value: 'another' } })).toBe(true);
        const compared = evaluateExpression(bindParams('params.value == 5', { value }), 'when', {
          ...values,
          params: {},
        });
        expect(compared).toBe(value === 5);
      }),
    );
  });
});
