// The process tree as /proc shows it. Only processes that the tests started are ever looked at or signalled.
import { readdirSync, readFileSync } from 'node:fs';

const owned = new Set();
process.on('exit', () => {
  for (const { pid } of owned) {
    for (const victim of [pid, ...descendants(pid).map((below) => below.pid)]) {
      try {
        process.kill(victim, 'SIGKILL');
      } catch {
        // It was gone already.
      }
    }
  }
});

/// The child, which ends with this program at the latest, and everything below it, too: a test that breaks off leaves nothing behind.
export function own(child) {
  owned.add(child);
  child.once('exit', () => owned.delete(child));
  return child;
}

/// {pid, parent, state, command} of a process, or undefined when it is gone.
function look(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    return { pid, parent: Number(parent), state, command };
  } catch {
    return undefined;
  }
}

/// True while the process runs; a zombie counts as gone for its work, see `isZombie`.
export const isAlive = (pid) => { const p = look(pid); return p !== undefined && p.state !== 'Z'; };
export const isZombie = (pid) => look(pid)?.state === 'Z';

/// All processes below `pid`, nearest first.
export function descendants(pid) {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((name) => look(Number(name))).filter(Boolean);
  const found = [];
  for (let parents = [pid]; parents.length; ) {
    const children = all.filter((p) => parents.includes(p.parent));
    found.push(...children);
    parents = children.map((p) => p.pid);
  }
  return found;
}
