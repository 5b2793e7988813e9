import { faulty, sound, type ContentFinding, type ContentFormat, type Pieces } from './finding.ts';
import { endOf } from './tail.ts';

/** The trailer stands in the last lines; newer dumps of PostgreSQL have one more line after it. */
const tailLength = 4096;

interface DumpText {
  readonly name: string;
  /** In one of the first lines. */
  readonly header: RegExp;
  readonly trailer: string;
}

const texts: readonly DumpText[] = [
  {
    name: 'PostgreSQL dump',
    header: /^-- PostgreSQL database dump\r?$/m,
    trailer: '-- PostgreSQL database dump complete',
  },
  {
    name: 'PostgreSQL cluster dump',
    header: /^-- PostgreSQL database cluster dump\r?$/m,
    trailer: '-- PostgreSQL database cluster dump complete',
  },
  { name: 'MySQL dump', header: /^-- (?:MySQL|MariaDB) dump /m, trailer: '-- Dump completed' },
];

/** Dumps as text: a dump program that is stopped early leaves out its last line. */
export const dumpFormats: readonly ContentFormat[] = texts.map(({ name, header, trailer }) => ({
  name,
  matches: (head) => /^(?:--|\/\*)/.test(head.toString('latin1', 0, 2)) && header.test(head.toString('latin1')),
  check: async (pieces) =>
    (await endOf(pieces, tailLength)).includes(trailer)
      ? sound
      : faulty(`its last line, "${trailer}", is missing: it was cut off`),
}));

/** `pg_dump --format=custom`: a header and a table of contents; it has no trailer. */
export const customDump: ContentFormat = {
  name: 'PostgreSQL custom dump',
  matches: (head) => head.toString('latin1', 0, 5) === 'PGDMP',
  check: checkCustomDump,
};

async function checkCustomDump(pieces: Pieces): Promise<ContentFinding> {
  const [head, length] = await headAndLength(pieces, 11);
  // Versions of the format: https://github.com/postgres/postgres/blob/master/src/bin/pg_dump/pg_backup_archiver.h
  const [major, integerSize, offsetSize, kind] = [head[5], head[8], head[9], head[10]];
  if (length < 11) return faulty('it ends within its header');
  if (major !== 1) return faulty(`its header says version ${major}, which there is not`);
  if (integerSize !== 4 || offsetSize !== 8 || kind === undefined || kind < 1 || kind > 5)
    return faulty('its header is not that of an archive');
  return length > 100 ? sound : faulty('it ends within its table of contents');
}

async function headAndLength(pieces: Pieces, wanted: number): Promise<readonly [Buffer, number]> {
  let head = Buffer.alloc(0);
  let length = 0;
  for await (const piece of pieces) {
    if (head.length < wanted) head = Buffer.concat([head, piece.subarray(0, wanted)]);
    length += piece.length;
  }
  return [head, length];
}
