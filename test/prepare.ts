import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/*
 * Runs before the tests: the programs that they talk to. On Debian and Ubuntu as root the missing ones are installed,
 * and it says so; elsewhere it says which tests will be left out.
 */

const programs: Readonly<Record<string, string>> = {
  restic: 'restic',
  sqlite3: 'sqlite3',
  git: 'git',
  setfattr: 'attr',
  setfacl: 'acl',
  dot: 'graphviz',
  python3: 'python3',
  strace: 'strace',
  openssl: 'openssl',
  chattr: 'e2fsprogs',
  mount: 'mount',
  unshare: 'util-linux',
  'mkfs.btrfs': 'btrfs-progs',
  script: 'bsdutils',
  setpriv: 'util-linux',
  'ssh-keygen': 'openssh-client',
  '/usr/sbin/sshd': 'openssh-server',
  radosgw: 'radosgw',
  'radosgw-admin': 'ceph-common',
  'ceph-mon': 'ceph-mon',
  'ceph-osd': 'ceph-osd',
  faketime: 'faketime',
  pg_dump: 'postgresql',
};

const missing = Object.keys(programs).filter((program) => !isInstalled(program));
if (missing.length > 0) provide(missing);

function provide(names: readonly string[]): void {
  const packages = [...new Set(names.map((name) => programs[name] ?? name))];
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log(`tests need ${names.join(', ')}: installing ${packages.join(', ')} with apt-get`);
    install(packages);
    return;
  }
  console.warn(`\n*** NOT INSTALLED: ${names.join(', ')}. Tests that need them are skipped.`);
  console.warn(`*** On Debian: sudo apt-get install ${packages.join(' ')}\n`);
}

function install(packages: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
  const parameters = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
  withoutServices(() => execFileSync('apt-get', parameters, { stdio: 'inherit', env }));
}

/** Servers that are installed must not start: the tests start their own. */
function withoutServices(run: () => void): void {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return run();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    run();
  } finally {
    rmSync(policy);
  }
}

function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v -- "$1"', 'sh', program]).status === 0;
}
