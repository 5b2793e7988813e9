/** A place in a file that a user wrote. Lines and columns count from 1; columns are UTF-16 units. */
export interface Position {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

/** Something that is wrong, or doubtful, in a plan. */
export interface Diagnostic extends Position {
  readonly severity: 'error' | 'warning';
  /** Stable, kebab-case: `unknown-key`, `bad-duration`, `dangling-reference` … */
  readonly code: string;
  readonly message: string;
  /** What to do about it, as one imperative sentence. */
  readonly hint?: string;
  /** Other places that belong to it: the first definition of a duplicate, the members of a cycle. */
  readonly related?: readonly RelatedPosition[];
}

export interface RelatedPosition extends Position {
  readonly message: string;
}
