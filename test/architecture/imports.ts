import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** Which folder of `src/` may import which: the table of docs/architecture.md. */
export const allowedImports: Readonly<Record<string, readonly string[]>> = {
  base: [],
  secrets: ['base'],
  plan: ['base'],
  schedule: ['base', 'plan'],
  retention: ['base', 'plan'],
  order: ['base', 'plan', 'schedule'],
  storage: ['base', 'plan'],
  vault: ['base', 'storage'],
  sources: ['base', 'plan'],
  steps: ['base', 'plan', 'schedule', 'order', 'sources', 'storage', 'vault'],
  journal: ['base', 'plan'],
  run: ['base', 'plan', 'schedule', 'order', 'retention', 'steps', 'journal'],
  notify: ['base', 'plan', 'journal'],
  observe: ['base', 'plan', 'order', 'journal', 'schedule', 'retention'],
  app: [
    'base',
    'secrets',
    'plan',
    'schedule',
    'retention',
    'order',
    'storage',
    'vault',
    'sources',
    'steps',
    'journal',
    'run',
    'notify',
    'observe',
  ],
  cli: ['index', 'language'],
  language: ['base', 'plan'],
  index: ['language', 'app', 'base', 'plan', 'schedule', 'order', 'vault', 'journal', 'observe'],
};

export interface SourceFile {
  /** Relative to `src/`. */
  readonly path: string;
  /** First folder below `src/`; the name itself for files that stand directly in it. */
  readonly area: string;
  /** Relative to `src/`; only imports of files of this project. */
  readonly imports: readonly string[];
  readonly lines: number;
}

/** Every TypeScript file below `src/`. */
export function sourceFiles(): readonly SourceFile[] {
  const source = join(root, 'src');
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .map((path) => describeFile(source, path));
}

export function areaOf(path: string): string {
  const [first = ''] = path.split('/');
  return first.replace(/\.ts$/, '');
}

function describeFile(source: string, path: string): SourceFile {
  const text = readFileSync(join(source, path), 'utf8');
  const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map(([, to = '']) =>
    relative(source, resolve(dirname(join(source, path)), to)),
  );
  return { path, area: areaOf(path), imports, lines: text.split('\n').length };
}
