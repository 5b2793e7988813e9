/** What a command gets of muster's own environment; the rest may hold secrets that are none of its business. */
const inherited = ['PATH', 'HOME', 'LANG', 'TZ', 'USER', 'TMPDIR'];

export function plainEnvironment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of inherited) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}
