import { readFileSync } from 'node:fs';

/** The version in the package's own package.json, from a checkout or an installed package. */
export function versionOf(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}
