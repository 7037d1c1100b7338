/**
 * Starts our own program as a user would, with the permissions that it needs and no more.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import { ChildProgram } from "./child_program.ts";

const PROJECT = fromFileUrl(new URL("../../", import.meta.url));

/** How to start it. */
export interface StartOptions {
  /** Give the permission that recording needs. */
  readonly write?: boolean;
  /** A program that runs ours, which is appended to its arguments. */
  readonly through?: readonly string[];
  /** Leave its standard output unread. */
  readonly isUnread?: boolean;
}

/** Starts one subcommand. */
export function startOurs(args: readonly string[], options: StartOptions = {}): ChildProgram {
  const { write = false, through = [], isUnread } = options;
  const permissions = ["--no-prompt", "--allow-net", "--allow-read", ...(write ? ["--allow-write"] : [])];
  const [program, ...rest] = [...through, Deno.execPath(), "run", ...permissions, "main.ts", ...args];
  return new ChildProgram(program, { args: rest, cwd: PROJECT, isUnread });
}

/** Our server, listening. */
export interface OurServer extends AsyncDisposable {
  readonly port: number;
  readonly program: ChildProgram;
}

/**
 * Starts `serve` on a free port of the loopback, unless told otherwise, and waits until it listens. The environment variable
 * MJPEGRTSP_TEST_THREADS says in how many threads; without it in as many as users get.
 */
export async function startOurServer(
  options: {
    readonly root: string;
    readonly host?: string;
    readonly port?: number;
    readonly args?: readonly string[];
    readonly through?: readonly string[];
    /** Give the permission that a capture needs. */
    readonly write?: boolean;
  },
): Promise<OurServer> {
  const { root, host = "127.0.0.1", port: asked = 0, args = [], through, write } = options;
  const threads = Deno.env.get("MJPEGRTSP_TEST_THREADS");
  const common = ["--port", String(asked), "--host", host, ...(threads === undefined ? [] : ["--threads", threads])];
  const program = startOurs(["serve", root, ...common, ...args], { through, write });
  try {
    const [, port] = await program.waitForLine(/rtsp:\/\/127\.0\.0\.1:(\d+)/);
    return { port: Number(port), program, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}
