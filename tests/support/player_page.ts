/**
 * `play` as a user would start it, with its page.
 *
 * @module
 */

import type { ChildProgram } from "./child_program.ts";
import { startOurs } from "./our_program.ts";
import { reservePort } from "./ports.ts";

/** What is played, and how. */
export interface PlayerProgramOptions {
  /** What names the stream; by default the test source in the lab's form. */
  readonly source?: readonly string[];
  /** TCP port of the page; default a free one. */
  readonly previewPort?: number;
  /** More options of `play`. */
  readonly args?: readonly string[];
}

/** A player that is running. */
export interface PlayerProgram extends AsyncDisposable {
  readonly program: ChildProgram;
  /** Of the page. */
  readonly url: string;
  readonly previewPort: number;
}

/** Starts `play` with its page, and waits until that is served. */
export async function startPlayer(serverPort: number, options: PlayerProgramOptions = {}): Promise<PlayerProgram> {
  const previewPort = options.previewPort ?? reservePort();
  const source = options.source ?? ["127.0.0.1", String(serverPort), String(reservePort()), "testsrc"];
  const program = startOurs(["play", ...source, "--preview-port", String(previewPort), ...(options.args ?? [])]);
  const [url] = await program.waitForLine(/http:\/\/127\.0\.0\.1:\d+\//);
  return { program, url, previewPort, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}
