import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { commandList } from '../../src/cli/commands.ts';
import type { Session } from '../../src/cli/session.ts';
import { muster, repository } from '../e2e/muster.ts';

const page = join(repository, 'docs/commands.md');
const marker = /^[^]*?<!-- Below: .* -->\n/;

test('docs/commands.md has every command as its help says, and every option of the program', async () => {
  const [written = ''] = marker.exec(readFileSync(page, 'utf8')) ?? [];
  const help = await Promise.all(commandList.map((entry) => definedCommand(entry)));
  await expect(`${written}\n${help.flatMap((command) => sectionsOf(command)).join('\n')}`).toMatchFileSnapshot(page);

  const { stdout } = await muster(['--help'], { cwd: repository });
  for (const [option] of stdout.matchAll(/--[a-z][a-z-]+/g)) expect(written).toContain(`\`${option}`);
  for (const { name } of commandList) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
});

test('every command shows examples and its exit codes', async () => {
  for (const entry of commandList) {
    const command = await definedCommand(entry);
    const text = sectionsOf(command).join('\n');
    expect(text).toMatch(/\nExit codes: /);
    expect(command.registeredArguments.length === 0 || /\nExamples?:\n/.test(text)).toBe(true);
  }
});

async function definedCommand({ name, summary, load }: (typeof commandList)[number]): Promise<Command> {
  const command = new Command(name).description(summary).helpOption('-h, --help', 'show help');
  (await load()).define(command, unused);
  return command;
}

/** Commands keep it for when they are executed. */
const unused = {} as Session;

/** One section for the command, and one for each command below it. */
function sectionsOf(command: Command, parents: readonly string[] = []): readonly string[] {
  const name = [...parents, command.name()].join(' ');
  const nested = command.commands.flatMap((child) => sectionsOf(child, [...parents, command.name()]));
  return [
    `## ${name}\n\n\`\`\`text\n${helpOf(command).replaceAll(`Usage: ${command.name()}`, `Usage: muster ${name}`)}\`\`\`\n`,
    ...nested,
  ];
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => (text += part),
    getOutHelpWidth: () => 110,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return `${text.trimEnd()}\n`;
}
