import type { TableRows } from '../manifest.ts';

/** One entry of the table of contents of a dump, as `pg_restore --list --verbose` prints it. */
interface Entry {
  readonly id: number;
  /** Kind, schema, name and owner, with spaces between them. */
  readonly text: string;
  readonly line: string;
  readonly needs: number[];
}

/** Kinds of what belongs to a table or to one of its parts, and is of no use without it. */
const parts =
  /^(?:CHECK CONSTRAINT|COMMENT|CONSTRAINT|DEFAULT|INDEX|POLICY|ROW SECURITY|SEQUENCE|SEQUENCE OWNED BY|SEQUENCE SET|STATISTICS|TABLE DATA|TRIGGER|ACL) /;

/** Kinds of what joins two tables or indexes, and comes when both do. */
const joints = /^(?:FK CONSTRAINT|TABLE ATTACH|INDEX ATTACH) /;

/**
 * The lines for `pg_restore --use-list` that bring some tables back: with their rows, indexes, constraints, sequences and
 * triggers, and with what they need, such as schemas, types and functions. Foreign keys come only when both of their
 * tables do. What depends on the tables but is a thing of its own, such as a view, does not come.
 */
export function listFor(toc: string, tables: readonly Pick<TableRows, 'schema' | 'name'>[]): string {
  const entries = parse(toc);
  const chosen = new Set(entries.filter((entry) => tables.some((table) => isTable(entry, table))).map(({ id }) => id));
  for (let before = 0; before < chosen.size;) {
    before = chosen.size;
    addParts(chosen, entries);
    addNeeded(chosen, entries);
  }
  for (const { id, text, needs } of entries)
    if (joints.test(text) && needs.length > 1 && needs.every((need) => chosen.has(need))) chosen.add(id);
  return entries
    .filter(({ id }) => chosen.has(id))
    .map(({ line }) => `${line}\n`)
    .join('');
}

function parse(toc: string): readonly Entry[] {
  const entries: Entry[] = [];
  for (const line of toc.split('\n')) {
    const [, id, text] = /^(\d+); \d+ \d+ (.*)$/.exec(line) ?? [];
    const [, needs] = /^;\s+depends on: (.*)$/.exec(line) ?? [];
    if (id !== undefined && text !== undefined) entries.push({ id: Number(id), text, line, needs: [] });
    if (needs !== undefined) entries.at(-1)?.needs.push(...needs.trim().split(/\s+/).map(Number));
  }
  return entries;
}

/** Names may hold spaces: they are compared, not taken apart. */
function isTable({ text }: Entry, { schema, name }: Pick<TableRows, 'schema' | 'name'>): boolean {
  return text.startsWith(`TABLE ${schema} ${name} `);
}

/** In the order of the dump, what belongs to a part comes after it. */
function addParts(chosen: Set<number>, entries: readonly Entry[]): void {
  const carriers = new Set<number>();
  for (const { id, text, needs } of entries) {
    const isPart = parts.test(text);
    if (isPart && needs.some((need) => carriers.has(need))) chosen.add(id);
    if (chosen.has(id) && (isPart || text.startsWith('TABLE '))) carriers.add(id);
  }
}

function addNeeded(chosen: Set<number>, entries: readonly Entry[]): void {
  const known = new Map(entries.map((entry) => [entry.id, entry]));
  // A set gives what is added while it is gone through, too.
  for (const id of chosen) for (const needed of known.get(id)?.needs ?? []) if (known.has(needed)) chosen.add(needed);
}
