import { stringify } from 'yaml';

export interface Answers {
  readonly template: 'files' | 'sqlite' | 'files-and-sqlite';
  /** Kebab-case. */
  readonly name: string;
  /** File or folder to protect. */
  readonly source: string;
  readonly storage: string;
}

/** A small plan that validates, with a line of explanation at each part. */
export function planText(answers: Answers): string {
  return `muster: 1
name: ${answers.name}
timezone: ${Intl.DateTimeFormat().resolvedOptions().timeZone}
extends: [muster:retention/standard, muster:messages/recovery]

# Who can open the vault. Keep the passphrase where the backups are not.
keys:
  main: { passphrase: { env: MUSTER_PASSPHRASE } }

# Where backups are kept: an ordinary restic repository. Add a second target elsewhere and name it under \`copies\`.
storage:
  primary: { type: local, path: ${quoted(answers.storage)} }

tiers:
  standard:
    objectives: { rto: 4h, rpo: 36h }
    storage: { to: primary }
    retention: gfs
    verify: { level: standard }
    schedules:
      nightly: { backup: incremental, cron: "30 2 * * *" }

systems:
${systemsOf(answers)}
channels:
  log: { type: file, path: ./messages.jsonl }
audiences:
  team: { channels: [log] }

# What happens on the bad day: muster recover rebuild
runbooks:
  rebuild:
    title: Rebuild everything from the backups
    incident: data-loss
    steps:
      - id: tell
        notify: { message: recovery-started, audiences: [team] }
      - id: recover
        recover: { systems: [${namesOf(answers).join(', ')}] }
      - id: done
        notify: { message: service-restored, audiences: [team] }
`;
}

function systemsOf(answers: Answers): string {
  // A database is copied as it stands at one moment by its own source; its file read piece by piece would be of no use.
  const excluded = answers.template === 'files-and-sqlite' ? '"*.tmp", "app.db*"' : '"*.tmp"';
  const files = `  files:
    tier: standard${answers.template === 'files-and-sqlite' ? '\n    needs: [database]' : ''}
    source: { type: files, paths: [${quoted(answers.source)}], exclude: [${excluded}] }
    recovery: { estimate: 10m }
`;
  const database = `  database:
    tier: standard
    source: { type: sqlite, path: ${quoted(answers.template === 'sqlite' ? answers.source : `${answers.source}/app.db`)} }
    recovery: { estimate: 10m }
`;
  return { files, sqlite: database, 'files-and-sqlite': database + files }[answers.template];
}

function namesOf(answers: Answers): readonly string[] {
  return { files: ['files'], sqlite: ['database'], 'files-and-sqlite': ['files'] }[answers.template];
}

/** The text as a double-quoted YAML scalar, safe in a flow collection; \`$\` would start a variable. */
function quoted(text: string): string {
  return stringify(
    text.replaceAll('${', () => '$${'),
    { defaultStringType: 'QUOTE_DOUBLE', lineWidth: 0 },
  ).trimEnd();
}
