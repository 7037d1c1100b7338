/**
 * Ctrl-C and the signals like it: the first one asks the command to end, the second one exits at once.
 *
 * @module
 */

/** Exit code after a second interrupt: 128 plus the number of SIGINT, as in shells. */
const EXIT_INTERRUPTED = 130;

/** Returns a signal that aborts when the user or the system asks the program to end. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) Deno.exit(EXIT_INTERRUPTED);
    controller.abort();
  };
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, interrupt);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGHUP", canHangUp() ? interrupt : () => {/* nohup */});
  return controller.signal;
}

/**
 * Whether SIGHUP can come from a terminal that closes. nohup has the signal ignored instead, but Deno 2.9.6 takes it before any program
 * can see that. What nohup leaves to see is that none of the standard files is a terminal; on macOS it leaves standard input alone.
 */
function canHangUp(): boolean {
  const files = Deno.build.os === "darwin" ? [Deno.stdout, Deno.stderr] : [Deno.stdin, Deno.stdout, Deno.stderr];
  return files.some((file) => file.isTerminal());
}

/** Resolves when `signal` aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
