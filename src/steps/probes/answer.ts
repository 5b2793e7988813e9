/** What one asking of a probe came to. */
export interface Answer {
  readonly well: boolean;
  /** For people: `HTTP 200 in 12 ms`, `connection refused`. */
  readonly detail: string;
}

export function well(detail: string): Answer {
  return { well: true, detail };
}

export function bad(detail: string): Answer {
  return { well: false, detail };
}
