/** Freezes a value with all that it holds; entries of maps too, and the maps refuse changes. */
export function deepFreeze<T extends object>(value: T): T {
  if (Object.isFrozen(value)) return value;
  if (value instanceof Map) freezeMap(value);
  else freezeFields(value);
  return value;
}

function freezeFields(value: object): void {
  Object.freeze(value);
  for (const key in value) {
    const item: unknown = value[key as keyof typeof value];
    if (typeof item === 'object' && item !== null) deepFreeze(item);
  }
}

/** `Object.freeze` does not reach what a map keeps, so its methods that change it are covered. */
function freezeMap(map: Map<unknown, unknown>): void {
  for (const item of map.values()) if (typeof item === 'object' && item !== null) deepFreeze(item);
  for (const method of ['set', 'delete', 'clear']) Object.defineProperty(map, method, { value: refuse });
  Object.freeze(map);
}

function refuse(): never {
  throw new TypeError('a plan cannot be changed');
}
