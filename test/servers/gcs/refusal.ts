import type { ServerResponse } from 'node:http';

export interface Said {
  readonly reason: string;
  readonly message: string;
}

/** The form in which the API says no. */
export function refuse(response: ServerResponse, code: number, { reason, message }: Said): void {
  const error = { code, message, errors: [{ message, domain: 'global', reason }] };
  response.writeHead(code, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify({ error }));
}
