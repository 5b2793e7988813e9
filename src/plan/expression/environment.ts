import { createRequire } from 'node:module';
import type * as Cel from '@marcbachmann/cel-js/evaluator';
import { expressionVariables, type ExpressionPlace, type Variables, type VariableType } from './place.ts';

/** What expressions may be at most; far above what anyone writes, far below what would make a run slow. */
const limits = { maxAstNodes: 2000, maxDepth: 60, maxListElements: 200, maxMapEntries: 200, maxCallArguments: 16 };

/** Values of an object type are maps of their own class, by which the library knows the type again. */
export type CelObject = new (fields: Iterable<readonly [string, unknown]>) => Map<string, unknown>;

/** CEL with the variables of one place. `instances`: the classes of the object types, by path. */
export interface PlaceEnvironment {
  readonly environment: Cel.Environment;
  readonly instances: Map<string, CelObject>;
}

const environments = new Map<ExpressionPlace, PlaceEnvironment>();

/** Made at the first use of a place. */
export function environmentOf(place: ExpressionPlace): PlaceEnvironment {
  const known = environments.get(place);
  if (known !== undefined) return known;
  const made = makeEnvironment(expressionVariables[place]);
  environments.set(place, made);
  return made;
}

/** A length of time as CEL has it. */
export function celDuration(ms: number): object {
  return new (cel().Duration)(BigInt(Math.trunc(ms / 1000)), Math.round(ms % 1000) * 1_000_000);
}

function makeEnvironment(variables: Variables): PlaceEnvironment {
  const { Environment } = cel();
  const environment = new Environment({ homogeneousAggregateLiterals: false, limits });
  const instances = new Map<string, CelObject>();
  registerFunctions(environment);
  for (const [name, type] of Object.entries(variables))
    environment.registerVariable(name, typeName(type, name, { environment, instances }));
  return { environment, instances };
}

/** Name of the type for the library; object types are registered under the path of what has them: `event.error`. */
function typeName(type: VariableType, path: string, made: PlaceEnvironment): string {
  switch (type.kind) {
    case 'timestamp':
      return 'google.protobuf.Timestamp';
    case 'duration':
      return 'google.protobuf.Duration';
    case 'map':
      return `map<string, ${typeName(type.of, `${path}[]`, made)}>`;
    case 'object':
      return registerObject(type.fields, path, made);
    case 'string':
    case 'int':
    case 'bool':
    case 'dyn':
      break;
  }
  return type.kind;
}

function registerObject(fields: Variables, path: string, made: PlaceEnvironment): string {
  const types = Object.entries(fields).map(([name, type]) => [name, typeName(type, `${path}.${name}`, made)]);
  const ctor = class extends Map<string, unknown> {};
  made.instances.set(path, ctor);
  made.environment.registerType(path, { ctor, fields: Object.fromEntries(types) as Record<string, string> });
  return path;
}

/** Whole numbers and fractions mix freely, as they do in YAML. */
function registerFunctions(environment: Cel.Environment): void {
  environment.registerOperator('int == double', (a: bigint, b: number) => Number(a) === b);
  environment.registerOperator('int + double: double', (a: bigint, b: number) => Number(a) + b);
  environment.registerOperator('double + int: double', (a: number, b: bigint) => a + Number(b));
  environment.registerOperator('int - double: double', (a: bigint, b: number) => Number(a) - b);
  environment.registerOperator('double - int: double', (a: number, b: bigint) => a - Number(b));
  environment.registerOperator('int * double: double', (a: bigint, b: number) => Number(a) * b);
  environment.registerOperator('double * int: double', (a: number, b: bigint) => a * Number(b));
  environment.registerOperator('int / double: double', (a: bigint, b: number) => Number(a) / b);
  environment.registerOperator('double / int: double', (a: number, b: bigint) => a / Number(b));
  environment.registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
    text.replaceAll(from, () => to),
  );
}

/** Loaded when the first expression is met: most commands of most plans never need it. */
function cel(): typeof Cel {
  const require = createRequire(import.meta.url);
  // The library has no CommonJS build; Node's require gives the namespace of the module.
  return require('@marcbachmann/cel-js/evaluator') as typeof Cel;
}
