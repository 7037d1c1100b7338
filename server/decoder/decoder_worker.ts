/**
 * The worker behind a {@linkcode DecoderThread}: FFmpeg decodes or lists one movie in it. FFmpeg never waits for a promise, so this thread
 * sleeps where nobody takes its frames.
 *
 * @module
 */

import { portOfThread } from "../../net/thread.ts";
import { CANCELLED, type DecoderMessage, type DecoderTask, WANTED } from "./decoder_messages.ts";
import { ffmpegArguments, JPEGS, LIST, listArguments, MOVIE } from "./ffmpeg_arguments.ts";
import { addDevices, addFile, loadCore } from "./ffmpeg_core.ts";
import { FFmpegLog } from "./ffmpeg_log.ts";
import { FrameList } from "./frame_list.ts";
import { TimedJpegs } from "./timed_jpegs.ts";

/** Nobody wants the task any more. */
class CancelledError extends Error {}

const port = await portOfThread();
const tell = (message: DecoderMessage, memory: ArrayBuffer[] = []) => port.postMessage(message, memory);
let lastTask: Promise<void> = Promise.resolve();
port.onmessage = ({ data }: MessageEvent<DecoderTask>) => {
  lastTask = lastTask.then(() => perform(data));
};
tell({ kind: "ready" });

async function perform(task: DecoderTask): Promise<void> {
  const { number } = task;
  const log = new FFmpegLog();
  try {
    const exitCode = await (task.decoding === undefined ? list(task, log) : decode(task, log));
    tell({ kind: "end", number, exitCode, problem: log.problem });
  } catch (error) {
    // FFmpeg itself has failed, or the file, or the task was cancelled.
    const reason = error instanceof Error ? error.message : String(error);
    tell({ kind: "end", number, exitCode: -1, problem: log.problem ?? reason });
  }
}

/** Sends frames as long as they are wanted. Returns FFmpeg's exit code. */
async function decode({ number, decoding, ...task }: DecoderTask, log: FFmpegLog): Promise<number> {
  const [jpegs, decoder] = [new TimedJpegs(), new TextDecoder()];
  return await runFFmpeg(task, log, {
    args: ffmpegArguments(decoding!),
    devices: {
      [JPEGS]: (bytes) => jpegs.pushBytes(bytes),
      [LIST](bytes) {
        for (const frame of jpegs.pushList(decoder.decode(bytes, { stream: true }))) {
          waitUntilWanted(task.control);
          const { buffer } = frame.data as Uint8Array<ArrayBuffer>;
          tell({ kind: "frame", number, frame, movieDurationUs: log.durationUs }, [buffer]);
        }
      },
    },
  });
}

/** Sends the list of the frames. */
async function list({ number, ...task }: DecoderTask, log: FFmpegLog): Promise<number> {
  const [frames, decoder] = [new FrameList(), new TextDecoder()];
  const exitCode = await runFFmpeg(task, log, {
    args: listArguments(),
    devices: { [LIST]: (bytes) => frames.push(decoder.decode(bytes, { stream: true })) },
  });
  tell({ kind: "list", number, list: frames.finish() });
  return exitCode;
}

async function runFFmpeg(
  { path, control }: Pick<DecoderTask, "path" | "control">,
  log: FFmpegLog,
  { args, devices }: {
    readonly args: readonly string[];
    readonly devices: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>) => void>>;
  },
): Promise<number> {
  const core = await loadCore();
  core.setLogger(({ message }) => log.push(message));
  using file = Deno.openSync(path, { read: true });
  addFile(core, { name: MOVIE, file, onRead: () => throwIfCancelled(control) });
  addDevices(core, devices);
  return core.exec(...args);
}

function waitUntilWanted(control: Int32Array<SharedArrayBuffer>): void {
  throwIfCancelled(control);
  while (Atomics.load(control, WANTED) === 0) {
    Atomics.wait(control, WANTED, 0);
    throwIfCancelled(control);
  }
  Atomics.sub(control, WANTED, 1);
}

function throwIfCancelled(control: Int32Array<SharedArrayBuffer>): void {
  if (Atomics.load(control, CANCELLED) !== 0) throw new CancelledError("It was cancelled");
}
