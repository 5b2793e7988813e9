import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Problems } from '../problems.ts';
import type { ParsedFile } from './build.ts';
import { referencedPath } from './extends.ts';
import { maxExtended, maxFiles } from './limits.ts';
import { child, itemsOf, type Node, type Span } from './node.ts';
import { parseYaml } from './parse.ts';
import { readPath, type Content, type Fault } from './read-path.ts';
import { sourceFile } from './source-file.ts';
import type { Environment } from './substitute.ts';
import { tokenBudget, type TokenBudget } from './tokens.ts';

/** A file, or a folder of files, with what it extends. */
export interface Unit {
  readonly files: readonly ParsedFile[];
  readonly inherits: readonly Unit[];
}

export interface ReadPlan {
  readonly unit: Unit;
  /** Texts of all files by absolute path, those of the plan itself first. */
  readonly sources: ReadonlyMap<string, string>;
  /** Folder of the plan's file, or the folder that it is. */
  readonly folder: string;
  /** False when a file is missing or could not be understood: nobody knows then what it defines. */
  readonly complete: boolean;
}

/** A unit with all that it extends, each once. */
export function unitsOf(unit: Unit): ReadonlySet<Unit> {
  const units = new Set([unit]);
  // A set that grows while it is walked is walked to its end.
  for (const { inherits } of units) for (const other of inherits) units.add(other);
  return units;
}

/** Reads a plan with all that it extends. What cannot be read becomes a problem. */
export async function readPlan(path: string, env: Environment, problems: Problems): Promise<ReadPlan> {
  const absolute = resolve(path);
  const reading: Reading = {
    env,
    problems,
    budget: tokenBudget(),
    sources: new Map(),
    units: new Map(),
    extended: 0,
    complete: true,
  };
  const content = await readPath(absolute);
  const unit = await readUnit(reading, absolute, content, [await linkOf(absolute)]);
  const folder = content.kind === 'folder' ? absolute : dirname(absolute);
  return { unit, folder, sources: reading.sources, complete: reading.complete };
}

interface Reading {
  readonly env: Environment;
  readonly problems: Problems;
  readonly budget: TokenBudget;
  readonly sources: Map<string, string>;
  /** By real path: what two files extend is read once. */
  readonly units: Map<string, Unit>;
  /** How many files and folders have been extended. */
  extended: number;
  complete: boolean;
}

/** A unit that is being read: the plan first, then what it extends, then what that extends. */
interface Link {
  readonly path: string;
  readonly realPath: string;
  /** Where it is extended; undefined for the plan. */
  readonly at: Span | undefined;
}

async function linkOf(path: string, at?: Span): Promise<Link> {
  return { path, realPath: await realpath(path).catch(() => path), at };
}

async function readUnit(reading: Reading, path: string, content: Content, chain: readonly Link[]): Promise<Unit> {
  if (content.kind === 'fault') {
    refuse(reading, chain.at(-1)?.at ?? startOf(path), `${path} ${content.message}`, content);
    return { files: [], inherits: [] };
  }
  const files: ParsedFile[] = [];
  for (const member of content.kind === 'folder' ? content.paths : [path]) {
    const file = readMember(reading, member, content.kind === 'file' ? content : await readPath(member), chain);
    if (file) files.push(file);
  }
  const inherits: Unit[] = [];
  for (const { root } of files)
    // The schema refuses longer lists.
    for (const item of itemsOf(child(root, 'extends')).slice(0, maxExtended))
      inherits.push(...(await inherit(reading, item, chain)));
  return { files, inherits };
}

function readMember(reading: Reading, path: string, content: Content, chain: readonly Link[]): ParsedFile | undefined {
  if (content.kind !== 'file') {
    const fault = content.kind === 'fault' ? content : folderFault;
    return refuse(reading, startOf(path), `${path} ${fault.message}`, fault);
  }
  if (reading.sources.size >= maxFiles) return refuse(reading, startOf(path), tooManyFiles.message, tooManyFiles);
  reading.sources.set(path, content.text);
  const file = sourceFile(path, content.text, chain.length > 1 ? 'inherited' : 'plan');
  const parsed = parseYaml(file, reading.budget, reading.problems);
  if (!parsed) reading.complete = false;
  return parsed;
}

const folderFault: Fault = { kind: 'fault', code: 'unreadable', message: 'is a folder', hint: 'Rename it.' };
const tooManyFiles: Fault = {
  kind: 'fault',
  code: 'too-large',
  message: `the plan has more than ${maxFiles} files`,
  hint: 'Put more definitions into each file.',
};

const tooManyExtended: Fault = {
  kind: 'fault',
  code: 'too-large',
  message: `the plan extends more than ${maxExtended} files`,
  hint: 'Put several of them into one.',
};

/** One item of `extends`: the unit behind it, or none when there is a problem. */
async function inherit(reading: Reading, item: Node, chain: readonly Link[]): Promise<readonly Unit[]> {
  const path = await referencedPath(item, reading.env, reading.problems);
  if (path === undefined) {
    reading.complete = false;
    return [];
  }
  const link = await linkOf(path, item);
  if (chain.some(({ realPath }) => realPath === link.realPath)) {
    reportCycle(reading, [...chain, link]);
    return [];
  }
  const known = reading.units.get(link.realPath);
  if (known) return [known];
  reading.extended += 1;
  if (reading.extended > maxExtended) {
    refuse(reading, item, tooManyExtended.message, tooManyExtended);
    return [];
  }
  const unit = await readUnit(reading, path, await readPath(path), [...chain, link]);
  reading.units.set(link.realPath, unit);
  return [unit];
}

function reportCycle(reading: Reading, chain: readonly Link[]): void {
  const last = chain.at(-1);
  const first = chain.findIndex(({ realPath }) => realPath === last?.realPath);
  const members = chain.slice(first).map(({ path }) => path);
  reading.problems.error({
    code: 'cyclic-extends',
    at: last?.at ?? startOf(members[0] ?? ''),
    message: `files extend each other in a circle: ${members.join(' → ')}`,
    hint: 'Remove one of these `extends`.',
  });
}

function refuse(reading: Reading, at: Span, message: string, { code, hint }: Fault): undefined {
  reading.complete = false;
  reading.problems.error({ code, at, message, hint });
}

function startOf(path: string): Span {
  return { file: sourceFile(path, '', 'plan'), start: 0, end: 0 };
}
