import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Which slot of a vault a key of the plan opened last. It only saves time: trying a slot takes 0.4 s. */
export interface KnownSlots {
  of(storage: string, key: string): string | undefined;
  /** Kept where the state folder is there and can be written. */
  remember(storage: string, key: string, slot: string): void;
}

export function createKnownSlots(stateFolder: string): KnownSlots {
  const path = join(stateFolder, 'key-slots.json');
  let slots: Readonly<Record<string, string>> | undefined;
  const all = (): Readonly<Record<string, string>> => (slots ??= readSlots(path));
  return {
    of: (storage, key) => all()[`${storage}/${key}`],
    remember: (storage, key, slot) => {
      if (all()[`${storage}/${key}`] === slot) return;
      slots = { ...all(), [`${storage}/${key}`]: slot };
      write(path, slots);
    },
  };
}

/** Anything that isn't what was written counts as nothing. */
function readSlots(path: string): Readonly<Record<string, string>> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([, slot]) => typeof slot === 'string'));
  } catch {
    return {};
  }
}

function write(path: string, slots: Readonly<Record<string, string>>): void {
  try {
    writeFileSync(path, JSON.stringify(slots), { mode: 0o600 });
  } catch {
    // Slower the next time, and no worse.
  }
}
