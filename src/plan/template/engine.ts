import { createRequire } from 'node:module';
import type Handlebars from 'handlebars';
import { MusterError, messageOf } from '../../base/error.ts';
import { templateBlocks, templateHelpers, type TemplateHelper } from './helpers.ts';

type Engine = typeof Handlebars;
type Render = (values: object) => string;

/** Compiled templates that are kept; the oldest goes first. */
const maxCached = 500;

const compiled = new Map<string, Render>();
let engine: Engine | undefined;

/** Throws what the library throws when the template is malformed. */
export function parseTemplate(text: string): hbs.AST.Program {
  return loadEngine().parse(text);
}

export type Rendering =
  | { readonly kind: 'rendered'; readonly text: string }
  | { readonly kind: 'failed'; readonly message: string; readonly hint: string | undefined };

export function render(text: string, values: object): Rendering {
  try {
    return { kind: 'rendered', text: compile(text)(values) };
  } catch (error) {
    return { kind: 'failed', message: wording(error), hint: error instanceof MusterError ? error.hint : undefined };
  }
}

function compile(text: string): Render {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const template = loadEngine().compile<object>(text, {
    strict: true,
    noEscape: true,
    preventIndent: true,
    knownHelpersOnly: true,
    knownHelpers: knownHelpers(),
  });
  const made: Render = (values) =>
    template(values, { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false });
  const oldest = compiled.size >= maxCached ? compiled.keys().next().value : undefined;
  if (oldest !== undefined) compiled.delete(oldest);
  compiled.set(text, made);
  return made;
}

/** The compiler takes its own `log` and `lookup` for known unless they are denied. */
function knownHelpers(): Record<string, boolean> {
  const names = [...templateBlocks, ...Object.keys(templateHelpers)];
  return { ...Object.fromEntries(names.map((name) => [name, true])), log: false, lookup: false };
}

/** Loaded when the first template is met. The bundle is one file, and takes a third of the time of the package's entry. */
function loadEngine(): Engine {
  if (engine !== undefined) return engine;
  const require = createRequire(import.meta.url);
  // The bundle is the same library as the entry that the types describe.
  const library = require('handlebars/dist/handlebars.js') as Engine;
  engine = library.create();
  for (const name of ['log', 'lookup', 'helperMissing', 'blockHelperMissing']) engine.unregisterHelper(name);
  for (const [name, helper] of Object.entries(templateHelpers)) engine.registerHelper(name, adapter(helper));
  return engine;
}

interface HelperOptions {
  readonly data?: { readonly root?: { readonly plan?: { readonly timezone?: unknown } } };
}

/** The library passes its own options after the arguments. */
function adapter(helper: TemplateHelper): (...values: unknown[]) => unknown {
  return (...values) => {
    const options = values.at(-1) as HelperOptions;
    const zone = options.data?.root?.plan?.timezone;
    return helper.call(values.slice(0, -1), typeof zone === 'string' ? zone : 'UTC');
  };
}

function wording(error: unknown): string {
  const message = messageOf(error);
  const missing = /^"(.*)" not defined in /.exec(message)?.[1];
  if (missing !== undefined) return `the variable \`${missing}\` is not set`;
  return message.replace(/ - \d+:\d+$/, '').replaceAll(/\s+/g, ' ');
}
