import loadWabt from 'wabt';

/** The module `rabin-binary.ts` for the source of `rabin.wat`. */
export async function assemble(source: string): Promise<string> {
  const wabt = await loadWabt();
  const module = wabt.parseWat('rabin.wat', source);
  try {
    module.validate();
    return moduleText(Buffer.from(module.toBinary({}).buffer));
  } finally {
    module.destroy();
  }
}

function moduleText(binary: Buffer): string {
  const lines = binary.toString('base64').match(/.{1,110}/g) ?? [];
  const text = lines.map((line) => `  '${line}',`).join('\n');
  return `/** rabin.wat in binary, in base64. Generated: \`npm run generate:chunker\`. */\nexport const rabinBinary: string = [\n${text}\n].join('');\n`;
}
