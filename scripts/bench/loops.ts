/**
 * Bare loops to compare with, which send datagrams and do nothing else.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import { ChildProgram } from "../../tests/support/child_program.ts";
import { reservePort } from "../../tests/support/ports.ts";
import type { Bench } from "./bench.ts";

/** How long a loop runs. */
export const LOOP_SECONDS = 2;

const PACED_LOOP = fromFileUrl(new URL("./programs/paced_loop.ts", import.meta.url));

/** Datagrams a CPU-second of a bare loop that sends to a port; the load client receives them. */
export async function bareLoop({ tools }: Bench, start: (port: number) => ChildProgram): Promise<number> {
  const port = reservePort();
  const sink = ["sink", "1", String(LOOP_SECONDS + 1), `rtsp://127.0.0.1:${port}/`];
  await using receiver = new ChildProgram(tools.loadClient, { args: sink });
  await receiver.waitForLine(/^window$/);
  await using sender = start(port);
  const { stdout } = await sender.exit();
  const { datagrams, cpuSeconds } = JSON.parse(stdout[0]);
  return datagrams / cpuSeconds;
}

/** What a paced loop sends. */
export interface Pacing {
  /** Bytes of a datagram. */
  readonly bytes: number;
  readonly datagramsAFrame: number;
  readonly sessions: number;
  readonly frameRate: number;
}

/** Datagrams a CPU-second of a loop that sends when frames are due. */
export function pacedLoop(bench: Bench, { bytes, datagramsAFrame, sessions, frameRate }: Pacing): Promise<number> {
  const what = [bytes, datagramsAFrame, sessions, frameRate, LOOP_SECONDS];
  return bareLoop(
    bench,
    (port) =>
      new ChildProgram(Deno.execPath(), {
        args: ["run", "--no-prompt", "--allow-net", PACED_LOOP, ...[port, ...what].map(String)],
      }),
  );
}
