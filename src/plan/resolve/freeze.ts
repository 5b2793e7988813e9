/** Freezes a value with all that it holds; entries of maps too, and the maps refuse changes. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Map) {
    freezeMap(value);
    return value;
  }
  Object.freeze(value);
  for (const item of Object.values(value)) deepFreeze(item);
  return value;
}

/** `Object.freeze` does not reach what a map keeps, so its methods that change it are covered. */
function freezeMap(map: Map<unknown, unknown>): void {
  for (const item of map.values()) deepFreeze(item);
  for (const method of ['set', 'delete', 'clear']) Object.defineProperty(map, method, { value: refuse });
  Object.freeze(map);
}

function refuse(): never {
  throw new TypeError('a plan cannot be changed');
}
