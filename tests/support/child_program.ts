/**
 * A program started for a test: its lines can be waited for, and it never outlives the test.
 *
 * @module
 */

import { TextLineStream } from "@std/streams/text-line-stream";
import { findProgram } from "./peers.ts";

/** How long a test waits for a line or an exit before it fails: longer than any program takes on a busy machine. */
export const CHILD_TIMEOUT_MS = 120_000;

/** Options of {@linkcode ChildProgram}. */
export interface ChildProgramOptions {
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to the test's own environment. */
  readonly env?: Record<string, string>;
  /** Run as the user nobody: some programs refuse to run as root. */
  readonly asNobody?: boolean;
  /** Leave its standard output unread, so that it comes to a halt when the pipe is full. */
  readonly isUnread?: boolean;
}

/** The user and the group of nobody, on Debian. */
const NOBODY = 65534;

/** What a program left behind. */
export interface ChildExit {
  readonly code: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

interface Waiter {
  readonly pattern: RegExp;
  readonly resolve: (match: RegExpExecArray) => void;
}

/** A running program with both outputs read line by line. Dispose of it, or await its exit. */
export class ChildProgram implements AsyncDisposable {
  readonly name: string;
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #outputs: Promise<unknown>;
  readonly #waiters = new Set<Waiter>();
  #ended = false;

  /** Starts `program`; its name serves the error messages. */
  constructor(program: string, options: ChildProgramOptions) {
    this.name = [program, ...options.args].join(" ");
    this.#child = new Deno.Command(findProgram(program) ?? program, {
      args: [...options.args],
      cwd: options.cwd,
      env: options.env,
      ...(options.asNobody ? { uid: NOBODY, gid: NOBODY } : {}),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#outputs = Promise.all([
      options.isUnread
        ? this.#child.status.then(() => this.#child.stdout.cancel())
        : this.#read(this.#child.stdout, this.stdout),
      this.#read(this.#child.stderr, this.stderr),
    ]);
  }

  /** The process identifier. */
  get pid(): number {
    return this.#child.pid;
  }

  /** The first line of either output, past or to come, that matches. */
  waitForLine(pattern: RegExp, timeoutMs: number = CHILD_TIMEOUT_MS): Promise<RegExpExecArray> {
    for (const line of [...this.stdout, ...this.stderr]) {
      const match = pattern.exec(line);
      if (match !== null) return Promise.resolve(match);
    }
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const waiter: Waiter = { pattern, resolve };
    this.#waiters.add(waiter);
    const timer = setTimeout(
      () => reject(new Error(`${this.name}: no line like ${pattern} in ${timeoutMs} ms\n${this.#transcript()}`)),
      timeoutMs,
    );
    this.#end().then(({ code }) =>
      reject(new Error(`${this.name} ended with ${code} before a line like ${pattern}\n${this.#transcript()}`))
    );
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    });
  }

  /** Waits for the program to end by itself; kills it and throws when it does not in time. */
  async exit(timeoutMs: number = CHILD_TIMEOUT_MS): Promise<ChildExit> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#kill("SIGKILL");
    }, timeoutMs);
    const { code } = await this.#end();
    clearTimeout(timer);
    if (late) throw new Error(`${this.name} did not end in ${timeoutMs} ms\n${this.#transcript()}`);
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  /** Asks the program to end, as Ctrl+C or a service manager would, and waits for it. */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<ChildExit> {
    this.#kill(signal);
    return await this.exit();
  }

  /** Kills the program if it still runs, and waits until nothing of it is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill("SIGKILL");
    await this.#end();
  }

  async #end(): Promise<Deno.CommandStatus> {
    const status = await this.#child.status;
    await this.#outputs;
    this.#ended = true;
    return status;
  }

  #kill(signal: Deno.Signal): void {
    if (this.#ended) return;
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It ended by itself in the meantime.
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async #read(output: ReadableStream<Uint8Array<ArrayBuffer>>, lines: string[]): Promise<void> {
    const text = output.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of text) this.#take(line, lines);
  }

  #take(line: string, lines: string[]): void {
    lines.push(line);
    for (const { pattern, resolve } of this.#waiters) {
      const match = pattern.exec(line);
      if (match !== null) resolve(match);
    }
  }

  #transcript(): string {
    return [...this.stdout.slice(-20).map((line) => `  out: ${line}`), ...this.stderr.slice(-40)].join("\n");
  }
}
