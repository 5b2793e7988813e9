import { distance } from 'fastest-levenshtein';

/** The name that was probably meant, for "did you mean"; undefined when none is near. Ties go to the first. */
export function closestName(written: string, names: Iterable<string>): string | undefined {
  let best: { readonly name: string; readonly far: number } | undefined;
  for (const name of names) {
    const far = distance(written.toLowerCase(), name.toLowerCase());
    const limit = Math.max(1, Math.floor(Math.max(written.length, name.length) / 3));
    if (far <= limit && far < (best?.far ?? Number.POSITIVE_INFINITY)) best = { name, far };
  }
  return best?.name;
}
