import type { BackupType } from '../../base/backup.ts';
import type { Milliseconds } from '../../base/clock.ts';
import type { Compression } from '../../base/compression.ts';
import type { Position } from '../../base/diagnostic.ts';
import type { CalendarDuration } from '../../base/duration.ts';
import type { Secret } from '../../base/secret.ts';
import type { Named, Objectives, Retry } from './common.ts';

export interface Key extends Named {
  readonly passphrase: Secret;
}

export interface Retention extends Named {
  readonly keep: RetentionCounts;
  /** Floor: at least so many successful backups of a scope stay. At least 1. */
  readonly minimum: number;
}

export interface RetentionCounts {
  readonly last?: number;
  readonly hourly?: number;
  readonly daily?: number;
  readonly weekly?: number;
  readonly monthly?: number;
  readonly quarterly?: number;
  readonly yearly?: number;
  readonly within?: CalendarDuration;
}

/** The authored defaults of a tier. Systems hold the result already: engines read `System`, listings read `Tier`. */
export interface Tier extends Named {
  readonly priority: number | undefined;
  readonly description: string | undefined;
}

export interface System extends Named {
  readonly description: string | undefined;
  readonly tier: string | undefined;
  /** 1 is the most urgent. Default 100. */
  readonly priority: number;
  /** Systems that are recovered before this one. */
  readonly needs: readonly string[];
  /** Undefined: nothing to back up, the system takes part in recovery only. */
  readonly source: SourceDefinition | undefined;
  /** Undefined only when there is no source. */
  readonly storage: StorageUse | undefined;
  /** Undefined: `default`. */
  readonly compression?: Compression | undefined;
  readonly retention: string | undefined;
  readonly schedules: readonly Schedule[];
  readonly objectives: Objectives;
  /** Checked right after each backup, when set. */
  readonly verify: VerifyLevel | undefined;
  /** Probes that must be healthy for the system to count as recovered. */
  readonly probes: readonly string[];
  readonly recovery: Recovery;
}

export interface StorageUse {
  readonly to: string;
  /** Further targets that get each backup. */
  readonly copies: readonly string[];
  /** Undefined: synchronous. */
  readonly replication?: Replication | undefined;
}

/**
 * When the copies of a backup are made. `synchronous`: as a part of it. `asynchronous`: right after it, in a run of their
 * own. `batch`: at these times, for all that is missing then.
 */
export type Replication =
  | { readonly mode: 'synchronous' }
  | { readonly mode: 'asynchronous'; readonly retry: Retry }
  | { readonly mode: 'batch'; readonly when: Recurrence; readonly timezone: string; readonly retry: Retry };

export interface Recovery {
  /** The user's own guess of the time to restore, until a measured one exists. */
  readonly estimate: Milliseconds | undefined;
  /** Runs in the place of the plain restore in place. */
  readonly runbook: string | undefined;
}

export type { BackupType } from '../../base/backup.ts';
export type VerifyLevel = 'basic' | 'standard' | 'thorough' | 'forensic';

export type SourceDefinition = FilesSource | SqliteSource | CommandSource | PostgresSource;

export interface FilesSource {
  readonly type: 'files';
  readonly at: Position;
  /** Absolute paths of files and folders. */
  readonly paths: readonly string[];
  /** Patterns as in .gitignore without negation: a pattern without a slash matches a name anywhere below. */
  readonly exclude: readonly string[];
  /** An empty or missing path is a fault unless this is true. */
  readonly allowEmpty: boolean;
  /** Folders with a CACHEDIR.TAG stay, what is in them is left out. */
  readonly excludeCaches?: boolean | undefined;
  /** Names of files that do the same to the folder that they are in. */
  readonly excludeIfPresent?: readonly string[] | undefined;
  /** Bytes. */
  readonly excludeLargerThan?: number | undefined;
  /** What is mounted below a path is left out. */
  readonly oneFileSystem?: boolean | undefined;
  /** How to get a view as of one moment, for backups of the type `snapshot`. */
  readonly snapshot?: FrozenView | undefined;
}

/** At least one of the two. With both, the system is frozen only while the view is made; else while it is read. */
export interface FrozenView {
  readonly freeze: FreezeCommands | undefined;
  /** Who makes a view that can be read while the system goes on. */
  readonly filesystem: 'btrfs' | 'zfs' | 'lvm' | undefined;
}

export interface FreezeCommands {
  /** Program and arguments; started in the plan's folder. */
  readonly freeze: readonly string[];
  /** Always started after `freeze`, whatever became of it and of the backup. */
  readonly thaw: readonly string[];
  /** A freeze that lasts longer is ended, and the backup has failed. */
  readonly timeout: Milliseconds;
}

export interface SqliteSource {
  readonly type: 'sqlite';
  readonly at: Position;
  /** Absolute path of the database file. */
  readonly path: string;
}

/** Any program that writes a stream; its programs are started without a shell, in the plan's folder. */
export interface CommandSource {
  readonly type: 'command';
  readonly at: Position;
  /** Relative path of the stream in the snapshot. */
  readonly name: string;
  /** Program and arguments; writes the stream to its standard output. */
  readonly capture: readonly string[];
  /** Reads the stream from its standard input. Undefined: it can be restored as a file only. */
  readonly restore: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string | Secret>>;
  /** Bytes; a shorter stream is no backup. */
  readonly minimumSize: number | undefined;
  /** What the stream must end with, besides white space. */
  readonly trailer: string | undefined;
  readonly allowEmpty: boolean;
  /** Of either program, from its start to its end. */
  readonly timeout: Milliseconds | undefined;
}

/** Databases of a PostgreSQL server, by its own programs. */
export interface PostgresSource {
  readonly type: 'postgres';
  readonly at: Position;
  /** `logical`: a dump of each database, and the roles and tablespaces of the server. */
  readonly method: 'logical';
  readonly server: PostgresServer;
  /** Who reads for backups. */
  readonly login: PostgresLogin;
  /** Who writes for restores, where it is somebody else. */
  readonly restoreLogin: PostgresLogin | undefined;
  /** Undefined: all that accept connections, without templates. */
  readonly databases: readonly string[] | undefined;
  readonly format: 'custom' | 'plain';
  /** Names, in which `*` stands for any text. Empty: all schemas. */
  readonly schemas: readonly string[];
  /** `schema.table`, with `*` as well. Empty: all tables. */
  readonly tables: readonly string[];
  readonly exclude: readonly string[];
  /** Whether the hashes of passwords are kept with the roles. */
  readonly rolePasswords: boolean;
  /** How many connections load a dump at once. */
  readonly jobs: number;
  /** Absolute path of the folder of pg_dump and its like; undefined: those on the PATH. */
  readonly binaries: string | undefined;
}

export interface PostgresServer {
  /** Name, address, or folder of the socket; undefined: what libpq does without. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly sslmode: string | undefined;
  /** Absolute path of a PEM file. */
  readonly sslrootcert: string | undefined;
}

export interface PostgresLogin {
  /** Undefined: the name of the user that muster runs as. */
  readonly user: string | undefined;
  /** Undefined: the server asks for none, or `~/.pgpass` has it. */
  readonly password: Secret | undefined;
}

export interface Schedule extends Named {
  readonly backup: BackupType;
  readonly when: Recurrence;
  /** IANA name: the schedule's own, else the plan's. */
  readonly timezone: string;
  /** Replaces the system's target for this schedule. */
  readonly to: string | undefined;
  /** Replaces the system's retention for this schedule. */
  readonly retention: string | undefined;
  readonly timeout: Milliseconds | undefined;
  readonly retry: Retry;
}

export type Recurrence =
  /** Five or six fields; words (`daily` …) are already expanded. */
  | { readonly kind: 'cron'; readonly expression: string; readonly authored: string }
  /** Counted from midnight in the schedule's time zone. */
  | { readonly kind: 'every'; readonly ms: Milliseconds; readonly authored: string };
