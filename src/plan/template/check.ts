import { closestName } from '../../base/closest-name.ts';
import { parseTemplate } from './engine.ts';
import { templateBlocks, templateHelpers } from './helpers.ts';
import { templateVariables, type TemplatePlace } from './place.ts';
import { elementScope, innerScope, resolve, rootScope, type Scope } from './scope.ts';
import { offsetOf, syntaxFault } from './syntax.ts';

/** What is wrong with a template. */
export interface TemplateProblem {
  readonly code: 'bad-template';
  /** One line. */
  readonly message: string;
  /** Where in the text, in UTF-16 units. */
  readonly offset?: number;
  readonly hint?: string;
}

type Fault = Omit<TemplateProblem, 'code' | 'offset'>;
type Report = (node: hbs.AST.Node, fault: Fault) => void;

/** Syntax, variables and helpers, without rendering. */
export function checkSyntaxAndNames(text: string, place: TemplatePlace): TemplateProblem[] {
  let program: hbs.AST.Program;
  try {
    program = parseTemplate(text);
  } catch (error) {
    return [{ code: 'bad-template', ...syntaxFault(error, text) }];
  }
  const problems: TemplateProblem[] = [];
  const report: Report = (node, fault) =>
    problems.push({ code: 'bad-template', ...fault, offset: offsetOf(text, node.loc.start) });
  checkProgram(program, rootScope(templateVariables(place)), report);
  return problems;
}

function checkProgram(program: hbs.AST.Program | undefined, scope: Scope, report: Report): void {
  for (const statement of program?.body ?? []) checkStatement(statement, scope, report);
}

/** The type in each node decides which of the library's interfaces it has. */
function checkStatement(node: hbs.AST.Statement, scope: Scope, report: Report): void {
  switch (node.type) {
    case 'ContentStatement':
    case 'CommentStatement':
      return;
    case 'MustacheStatement':
      checkMustache(node as hbs.AST.MustacheStatement, scope, report);
      return;
    case 'BlockStatement':
      checkBlock(node as hbs.AST.BlockStatement, scope, report);
      return;
    default:
      report(node, {
        message: 'partials and decorators cannot be used',
        hint: 'Write the text out where it is needed.',
      });
  }
}

function checkMustache(node: hbs.AST.MustacheStatement, scope: Scope, report: Report): void {
  const name = helperName(node);
  if (name !== undefined) checkHelper(node, name, { scope, report });
  else checkOutput(node.path, scope, report);
}

/** The name when it is a call of a helper: known by its name, or by having arguments. */
function helperName(node: hbs.AST.MustacheStatement | hbs.AST.SubExpression): string | undefined {
  const path: hbs.AST.Expression = node.path;
  if (!isPath(path) || path.data || path.depth > 0 || path.original.startsWith('this')) return undefined;
  const called = node.params.length > 0 || node.hash !== undefined || node.type === 'SubExpression';
  if (called) return path.original;
  const name = path.parts.length === 1 ? path.parts[0] : undefined;
  return name !== undefined && (Object.hasOwn(templateHelpers, name) || isBlock(name)) ? name : undefined;
}

interface Site {
  readonly scope: Scope;
  readonly report: Report;
}

function checkHelper(node: hbs.AST.MustacheStatement | hbs.AST.SubExpression, name: string, site: Site): void {
  const helper = templateHelpers[name];
  if (helper === undefined || !Object.hasOwn(templateHelpers, name))
    site.report(node.path, unknownHelper(name, site.scope));
  else if (node.params.length < helper.arguments.least || node.params.length > helper.arguments.most)
    site.report(node.path, {
      message: `\`${name}\` has the wrong number of arguments`,
      hint: `Write ${helper.usage}.`,
    });
  else if (node.hash !== undefined) site.report(node.hash, { message: `\`${name}\` takes no named arguments` });
  for (const argument of node.params) checkArgument(argument, site.scope, site.report);
}

function unknownHelper(name: string, scope: Scope): Fault {
  if (isBlock(name)) return { message: `\`${name}\` is a block`, hint: `Write {{#${name} …}}…{{/${name}}}.` };
  const meant = closestName(name, Object.keys(templateHelpers));
  if (meant !== undefined) return { message: `there is no helper \`${name}\``, hint: `Did you mean \`${meant}\`?` };
  if (resolve(name.split('.'), scope).kind === 'found')
    return {
      message: `\`${name}\` is a variable and takes no arguments`,
      hint: 'Write each variable in its own braces.',
    };
  return { message: `there is no helper \`${name}\``, hint: `There are: ${Object.keys(templateHelpers).join(', ')}.` };
}

function checkBlock(node: hbs.AST.BlockStatement, scope: Scope, report: Report): void {
  const name = node.path.original;
  if (!isBlock(name)) {
    report(node.path, unknownBlock(name));
    return;
  }
  if (node.params.length !== 1) report(node.path, { message: `\`${name}\` needs one argument` });
  for (const argument of node.params) checkArgument(argument, scope, report);
  checkProgram(node.program, bodyScope(node, name, scope), report);
  checkProgram(node.inverse, scope, report);
}

function unknownBlock(name: string): Fault {
  const meant = closestName(name, templateBlocks);
  return {
    message: `there is no block \`${name}\``,
    hint: meant === undefined ? `There are: ${templateBlocks.join(', ')}.` : `Did you mean \`${meant}\`?`,
  };
}

function bodyScope(node: hbs.AST.BlockStatement, name: string, scope: Scope): Scope {
  const argument = node.params[0];
  const names = node.program?.blockParams ?? [];
  if (name === 'each') return elementScope(scope, names);
  if (name !== 'with' || argument === undefined || !isPath(argument)) return scope;
  const found = resolve(argument.parts, scope, argument);
  return found.kind === 'found' ? innerScope(scope, found.shape, names) : elementScope(scope, names);
}

/** A variable whose text is put out: it must exist, and be a text of its own. */
function checkOutput(path: hbs.AST.Expression, scope: Scope, report: Report): void {
  if (!isPath(path)) {
    report(path, { message: 'a value cannot stand in braces', hint: 'Write it without the braces.' });
    return;
  }
  const found = resolve(path.parts, scope, path);
  if (found.kind === 'missing') report(path, { message: found.message, hint: found.hint });
  else if (found.shape.kind === 'list')
    report(path, { message: `\`${path.original}\` is a list`, hint: `Write {{list ${path.original}}}.` });
  else if (found.shape.kind === 'object')
    report(path, { message: `\`${path.original}\` is not a text`, hint: fieldHint(Object.keys(found.shape.fields)) });
}

function fieldHint(fields: readonly string[]): string {
  return fields.length === 0 ? 'Nothing is given here.' : `Write one of its parts: ${fields.join(', ')}.`;
}

function checkArgument(node: hbs.AST.Expression, scope: Scope, report: Report): void {
  if (node.type === 'SubExpression') {
    const call = node as hbs.AST.SubExpression;
    checkHelper(call, helperName(call) ?? call.path.original, { scope, report });
  } else if (isPath(node)) {
    const found = resolve(node.parts, scope, node);
    if (found.kind === 'missing') report(node, { message: found.message, hint: found.hint });
  }
}

function isPath(node: hbs.AST.Expression): node is hbs.AST.PathExpression {
  return node.type === 'PathExpression';
}

function isBlock(name: string): name is (typeof templateBlocks)[number] {
  return templateBlocks.some((block) => block === name);
}
