/**
 * Node's HTTP client. Whoever imports it by name gets all of its names, and one of them loads a second client: 12 MiB and some
 * 30 ms that nobody needs.
 */
export const { Agent, request } = process.getBuiltinModule('node:http');
