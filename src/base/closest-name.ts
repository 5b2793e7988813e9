import { distance } from 'fastest-levenshtein';

/** The name that was probably meant, for "did you mean"; undefined when none is near. Ties go to the first. */
export function closestName(written: string, names: Iterable<string>): string | undefined {
  const wanted = written.toLowerCase();
  let best: { readonly name: string; readonly far: number } | undefined;
  for (const name of names) {
    const far = farFrom(wanted, name.toLowerCase());
    const length = Math.max(written.length, name.length);
    // Names that have nothing in common are not near each other, however short they are.
    const limit = Math.min(Math.max(1, Math.floor(length / 3)), length - 1);
    if (far <= limit && far < (best?.far ?? Number.POSITIVE_INFINITY)) best = { name, far };
  }
  return best?.name;
}

/** Letters to change; two neighbours that have changed places count as one. */
function farFrom(one: string, other: string): number {
  return isSwapped(one, other) ? 1 : distance(one, other);
}

function isSwapped(one: string, other: string): boolean {
  if (one.length !== other.length || one === other) return false;
  let at = 0;
  while (one[at] === other[at]) at += 1;
  return one[at] === other[at + 1] && one[at + 1] === other[at] && one.slice(at + 2) === other.slice(at + 2);
}
