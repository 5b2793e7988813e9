import { celDuration, type PlaceEnvironment } from './environment.ts';
import type { Variables, VariableType } from './place.ts';

/** JavaScript values as CEL has them: whole numbers are `int`, instants timestamps, and what is left out is empty. */
export function toCelValues(
  variables: Variables,
  values: Readonly<Record<string, unknown>>,
  place: PlaceEnvironment,
): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(variables)) made[name] = convert(values[name], type, { path: name, place });
  return made;
}

interface Target {
  readonly path: string;
  readonly place: PlaceEnvironment;
}

function convert(value: unknown, type: VariableType, target: Target): unknown {
  switch (type.kind) {
    case 'string':
      return typeof value === 'string' ? value : '';
    case 'bool':
      return value === true;
    case 'int':
      return BigInt(Math.trunc(finite(value)));
    case 'timestamp':
      return new Date(finite(value));
    case 'duration':
      return celDuration(finite(value));
    case 'map':
      return convertMap(value, type.of, target);
    case 'object':
      return convertObject(value, type.fields, target);
    case 'dyn':
      break;
  }
  return convertAny(value);
}

function finite(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function convertMap(value: unknown, type: VariableType, { path, place }: Target): Map<string, unknown> {
  const entries = Object.entries(isRecord(value) ? value : {});
  return new Map(entries.map(([key, item]) => [key, convert(item, type, { path: `${path}[]`, place })]));
}

function convertObject(value: unknown, fields: Variables, { path, place }: Target): Map<string, unknown> {
  const Instance = place.instances.get(path) ?? Map;
  const source = isRecord(value) ? value : {};
  return new Instance(
    Object.entries(fields).map(
      ([name, type]) => [name, convert(source[name], type, { path: `${path}.${name}`, place })] as const,
    ),
  );
}

function convertAny(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(convertAny);
  if (isRecord(value)) return new Map(Object.entries(value).map(([key, item]) => [key, convertAny(item)]));
  return value ?? null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
