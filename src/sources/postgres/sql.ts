/** A text as SQL reads it, with `standard_conforming_strings` as it is by default. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as SQL reads it, whatever is in it. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The condition that a column fits one of some patterns, in which `*` stands for any text; undefined: no pattern. */
export function matches(column: string, patterns: readonly string[]): string | undefined {
  if (patterns.length === 0) return undefined;
  return `(${patterns.map((pattern) => `${column} like ${literal(likeOf(pattern))}`).join(' or ')})`;
}

function likeOf(pattern: string): string {
  return pattern.replaceAll(/[\\%_]/g, String.raw`\$&`).replaceAll('*', '%');
}
