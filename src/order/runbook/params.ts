import { closestName } from '../../base/closest-name.ts';
import { MusterError } from '../../base/error.ts';
import type { Param, ParamValue } from '../../plan/model/runbook.ts';

export type ParamValues = Readonly<Record<string, ParamValue>>;

/**
 * The value of each declared param: as given, else its default. Texts become numbers and booleans where the param is
 * one. Throws `bad-params` with everything that is wrong; `whose` names the runbook or action in it.
 */
export function resolveParams(declared: ReadonlyMap<string, Param>, given: ParamValues, whose: string): ParamValues {
  const problems = Object.keys(given).flatMap((name) => unknownParam(name, declared));
  const values: Record<string, ParamValue> = {};
  for (const [name, param] of declared) {
    const value = Object.hasOwn(given, name) ? given[name] : param.default;
    const typed = value === undefined ? undefined : convert(value, param);
    if (typed !== undefined) values[name] = typed;
    else problems.push(value === undefined ? `${name} is missing` : wrongType(name, value, param));
  }
  if (problems.length === 0) return values;
  throw new MusterError(`params of ${whose}: ${problems.join('; ')}`, { code: 'bad-params', hint: usage(declared) });
}

function unknownParam(name: string, declared: ReadonlyMap<string, Param>): string[] {
  if (declared.has(name)) return [];
  const meant = closestName(name, declared.keys());
  return [meant === undefined ? `there is no ${name}` : `there is no ${name}, did you mean ${meant}?`];
}

function convert(value: ParamValue, { type }: Param): ParamValue | undefined {
  switch (type) {
    case 'string':
      return String(value);
    case 'boolean':
      return value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined;
    case 'integer':
      return numberOf(value, Number.isSafeInteger);
    case 'number':
      return numberOf(value, Number.isFinite);
  }
  return undefined;
}

function numberOf(value: ParamValue, sound: (value: number) => boolean): number | undefined {
  if (typeof value === 'boolean' || (typeof value === 'string' && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)))
    return undefined;
  return sound(Number(value)) ? Number(value) : undefined;
}

function wrongType(name: string, value: ParamValue, { type }: Param): string {
  const article = type === 'integer' ? 'an' : 'a';
  return `${name} must be ${article} ${type}, not ${JSON.stringify(value)}`;
}

function usage(declared: ReadonlyMap<string, Param>): string {
  if (declared.size === 0) return 'It takes no params.';
  const params = [...declared].map(
    ([name, param]) => `${name} (${param.type}${param.default === undefined ? ', required' : ''})`,
  );
  return `It takes: ${params.join(', ')}.`;
}
