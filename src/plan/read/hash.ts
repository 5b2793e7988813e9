import { createHash } from 'node:crypto';
import { sectionNames, type Authored } from './merge.ts';

/**
 * SHA-256 (hex) of what a plan says: after `extends`, before `${VAR}`, without comments and layout. Call it before the
 * variables are replaced. The order of definitions counts: the first key is the one that opens the vaults.
 */
export function hashOf(authored: Authored): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([authored.name?.value.value, authored.timezone?.value.value]));
  for (const section of sectionNames) {
    hash.update(`\n${section}`);
    for (const { name, value } of authored.sections[section].values())
      hash.update(`\n${JSON.stringify(name)}${JSON.stringify(value.value)}`);
  }
  hash.update(`\nroutes${JSON.stringify(authored.routes.map(({ value }) => value))}`);
  return hash.digest('hex');
}
