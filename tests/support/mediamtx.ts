/**
 * MediaMTX as a peer, with RTSP alone.
 *
 * @module
 */

import { join } from "@std/path";
import { ChildProgram } from "./child_program.ts";
import { findProgram } from "./peers.ts";
import { reservePort } from "./ports.ts";

/** How MediaMTX is started. */
export interface MediaMtxOptions {
  /** The lines of its settings below `paths:`. */
  readonly paths: readonly string[];
  /** A folder for its settings. */
  readonly directory: string;
  /** Address to listen on; default that of the loopback. */
  readonly address?: string;
  /** Where the program is; default where it is found. */
  readonly program?: string;
  /** A program that runs it, which is appended to its arguments. */
  readonly through?: readonly string[];
}

/** A running MediaMTX. */
export interface MediaMtx extends AsyncDisposable {
  /** Its URL without a path. */
  readonly url: string;
  readonly program: ChildProgram;
}

/** Starts it, and waits until it listens. */
export async function startMediaMtx(options: MediaMtxOptions): Promise<MediaMtx> {
  const { paths, directory, address = "127.0.0.1", program: binary = findProgram("mediamtx")!, through = [] } = options;
  const [rtsp, rtp, multicast] = [reservePort(), reservePort(), reservePort()];
  const path = join(directory, "mediamtx.yml");
  await Deno.writeTextFile(
    path,
    [
      ...[`rtspAddress: ${address}:${rtsp}`, `rtpAddress: ${address}:${rtp}`, `rtcpAddress: ${address}:${rtp + 1}`],
      ...[`multicastRTPPort: ${multicast}`, `multicastRTCPPort: ${multicast + 1}`],
      ...["rtmp", "hls", "webrtc", "srt", "moq"].map((protocol) => `${protocol}: no`),
      ...["paths:", ...paths.map((line) => `  ${line}`)],
    ].join("\n"),
  );
  const [command, ...args] = [...through, binary, path];
  const program = new ChildProgram(command, { args });
  try {
    await program.waitForLine(/\[RTSP\] started/);
    return { url: `rtsp://${address}:${rtsp}`, program, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}
