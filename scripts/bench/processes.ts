/**
 * CPU time and memory of processes, from Linux's /proc.
 *
 * @module
 */

/** USER_HZ, the unit of CPU times in /proc; 100 on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;
const KIBIBYTE = 1024;

/** CPU time of a process and its descendants so far, in seconds (proc(5): utime and stime). */
export function cpuSeconds(pid: number): number {
  return processTree(pid).reduce((sum, each) => {
    const stat = Deno.readTextFileSync(`/proc/${each}/stat`);
    // The second field is the program's name in parentheses; it may contain spaces. Count fields from behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return sum + (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }, 0);
}

/** Resident memory of a process and its descendants (VmRSS), in bytes. */
export function residentBytes(pid: number): number {
  return processTree(pid).reduce((sum, each) => {
    const match = /^VmRSS:\s+(\d+) kB/m.exec(Deno.readTextFileSync(`/proc/${each}/status`));
    return sum + Number(match?.[1] ?? 0) * KIBIBYTE;
  }, 0);
}

/** The process and all its descendants. */
function processTree(pid: number): number[] {
  const pids = [pid];
  for (const each of pids) {
    for (const { name } of Deno.readDirSync(`/proc/${each}/task`)) {
      const children = childrenOf(`/proc/${each}/task/${name}/children`);
      if (children !== "") pids.push(...children.split(" ").map(Number));
    }
  }
  return pids;
}

/** The children of a thread; empty if the thread has ended. */
function childrenOf(path: string): string {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
