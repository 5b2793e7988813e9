/**
 * Every code that a diagnostic of a plan can have. They are stable: scripts match on them. `docs/diagnostics.md` is
 * made of this list.
 */
export const diagnosticCodes = {
  'bad-address': ['A mail address, or the host and port of a probe, is not one.', 'Write `name@host`, or `host:port`.'],
  'bad-alias': [
    'A YAML alias names an anchor that does not stand above it, or that it stands in.',
    'Put the anchor above the alias, or write the value out.',
  ],
  'bad-command': ['A command has no program.', 'Write the name or path of the program first.'],
  'bad-cron': [
    'A cron expression cannot be understood, or never comes true.',
    'Write five or six fields, or one of the words.',
  ],
  'bad-duration': [
    'A duration is not one, or is too short or too long for its place.',
    'Write a number and a unit: `90s`, `15m`, `6h`, `30d`.',
  ],
  'bad-expression': [
    'A CEL expression cannot be understood, names something that does not exist in its place, or does not answer true or false.',
    'See [expressions and templates](expressions-and-templates.md).',
  ],
  'bad-header': [
    'A header cannot be sent with an HTTP request.',
    'Use letters, digits and hyphens for the name, and a single line for the value.',
  ],
  'bad-instant': ['An instant is not ISO 8601 with an offset.', 'Write `2026-11-20T10:00:00Z`.'],
  'bad-key': ['A key of a YAML map is not plain text.', 'Write a name before the colon.'],
  'bad-name': [
    'A name is not in kebab-case, or cannot be used.',
    'Use words of lower-case letters and digits, joined by hyphens.',
  ],
  'bad-path': [
    'A path is empty, or begins with `~`, which is not replaced.',
    'Write the path out, or begin it with `${HOME}`.',
  ],
  'bad-pattern': [
    'A pattern of `exclude` is empty or begins with `!`, or a name of `excludeIfPresent` is not one.',
    'Name what is to be left out.',
  ],
  'bad-secret': [
    'The name of an environment variable is none. It may be the secret itself, and is not shown.',
    'Write the name of the variable that holds the secret.',
  ],
  'bad-share': ['A share is not a percentage between 0 and 100.', 'Write a number and `%`: `80%`.'],
  'bad-size': ['A size is not one.', 'Write a number and a unit: `512B`, `10GiB`.'],
  'bad-template': [
    'A template cannot be understood, or names something that does not exist in its place.',
    'See [expressions and templates](expressions-and-templates.md).',
  ],
  'bad-time': ['A time of day is not one.', 'Write hours and minutes: `08:00`.'],
  'bad-timezone': ['A time zone is not known by that name.', 'Write an IANA name: `Europe/Berlin`.'],
  'bad-url': [
    'A URL is none, or of a kind that cannot be used here.',
    'Write a URL of one of the kinds that the message names.',
  ],
  'bad-value': ['A value is not one of the words that its key knows.', 'Choose one of them.'],
  'bad-variable': [
    '`${` is not followed by a name and `}`.',
    'Write `${NAME}` or `${NAME:-default}`; write `$${` for the characters themselves.',
  ],
  'conflicting-keys': ['A map has several keys of which it can have only one.', 'Keep one of them.'],
  'copy-to-itself': ['A storage target would get a backup and its copy.', 'Name another target.'],
  'cyclic-extends': ['Files extend each other in a circle.', 'Remove one of the `extends`.'],
  'cyclic-reference': [
    'Systems, runbooks, actions or steps refer to each other in a circle, so none could come first.',
    'Remove one of the references.',
  ],
  'dangling-reference': ['Something is referred to that is not defined.', 'Mend the name, or define it.'],
  'duplicate-key': ['A key stands twice in one map.', 'Keep one of them.'],
  'duplicate-name': ['Two files define the same name, or two steps of a list have the same id.', 'Rename one of them.'],
  'empty-file': ['The file holds nothing but comments.', 'Begin with `muster: 1` and a name.'],
  'empty-folder': ['The folder holds no `*.yaml` file.', 'Name the right folder.'],
  'empty-value': ['A list or map is empty where one item at least is needed.', 'Add an item, or remove the key.'],
  'key-inside-source': [
    'The file of a passphrase lies inside a system, and would be lost with it.',
    'Keep it elsewhere.',
  ],
  'merge-key': ['The YAML merge key `<<` is used.', 'Write the keys out, or move them to a tier.'],
  'misplaced-key': ['A key has no meaning where it stands.', 'Remove it, or add the key that it belongs to.'],
  'missing-input': ['A step does not give an action what it needs.', 'Add it under `with`.'],
  'missing-key': ['A key is missing.', 'Add it.'],
  'missing-storage': ['A system has a source, but neither it nor its tier says where backups go.', 'Add `storage`.'],
  'missing-variable': [
    'An environment variable is not set, and there is no default.',
    'Set it, or write `${NAME:-default}`.',
  ],
  'nested-storage': ['A storage target lies inside another one.', 'Give each its own folder or prefix.'],
  'no-key': ['There is storage, but no key to open it.', 'Add one under `keys`.'],
  'not-utf8': ['A file is not UTF-8 text.', 'Save it as UTF-8.'],
  'nothing-to-back-up': [
    'A system without a source says where, when or how long to keep backups.',
    'Add `source`, or remove the key.',
  ],
  'nothing-to-copy': ['A replication is stated where no copies are made.', 'Add `copies`, or remove it.'],
  'nothing-to-restore': [
    'A step restores a system that has no source.',
    'Give the system a source, or remove the step.',
  ],
  'out-of-range': ['A number is too small or too large, or a list too long.', 'Keep to the limit in the message.'],
  'plain-http': ['A server is reached without encryption of the connection.', 'Use `https://`.'],
  'plain-text-secret': [
    'A secret is written into the plan. It is not shown.',
    'Write where it is to be found; change it if the plan was shared.',
  ],
  'repeated-name': ['A name is listed twice.', 'Remove one of them.'],
  'retention-keeps-nothing': ['A retention policy has no rule.', 'Add one: `keep: { daily: 7 }`.'],
  'same-storage-path': ['Two storage targets are the same place.', 'Give each its own.'],
  'several-documents': ['A file holds several YAML documents.', 'Make it several files in a folder.'],
  'source-inside-storage': [
    'A system would back up the vault of a storage target.',
    'Name the paths of the system itself.',
  ],
  'step-with-several-actions': ['A step has several keys that say what it does.', 'Make it several steps.'],
  'step-without-action': ['A step has no key that says what it does.', 'Add one.'],
  'storage-inside-source': [
    'A storage target lies inside a system: it would be backed up into itself, and lost with the system.',
    'Move it to another disk or machine, or exclude it.',
  ],
  'too-deep': ['Maps and lists stand inside each other too deeply.', 'Close the brackets, or mend the indentation.'],
  'too-large': ['A file, or the plan as a whole, is too large to be read.', 'Split it up.'],
  'too-many-aliases': ['YAML aliases stand for more values than a plan can have.', 'Write the values out.'],
  'too-many-problems': ['There are more problems than are shown.', 'Mend those that are shown first.'],
  'unknown-input': ['A step gives an action something that it does not take.', 'Mend the name, or remove it.'],
  'unknown-key': ['A key or section does not exist.', 'Mend its name, or remove it.'],
  'unknown-library': ['There is no such bundled file to extend.', 'Choose one of those that the message names.'],
  unreadable: ['A file or folder does not exist, or may not be read.', 'Check the path and its mode.'],
  'unsupported-backup-type': [
    'A schedule asks for a type of backup that the source of a system cannot give.',
    'Say with `snapshot` how the source is frozen, or choose another type.',
  ],
  'unsupported-version': [
    'The plan is in a version of the language that this program does not know.',
    'Write `muster: 1`, or use a newer muster.',
  ],
  'unused-definition': ['Nothing refers to a definition that does nothing by itself.', 'Refer to it, or remove it.'],
  'wrong-type': [
    'A value is of the wrong type: text, a number, true or false, a list, a map.',
    'Write it as the message says.',
  ],
  'yaml-syntax': [
    'A file is not YAML. Only the first place is shown; the rest is read after it is mended.',
    'Look for a missing quote, bracket, colon or space.',
  ],
  'yaml-tab': ['A tab indents a line.', 'Indent with spaces.'],
  'yaml-tag': ['A YAML tag is not known.', 'Remove it.'],
} as const satisfies Readonly<Record<string, readonly [meaning: string, remedy: string]>>;

export type DiagnosticCode = keyof typeof diagnosticCodes;
