/**
 * What the log says of a file that has been indexed.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { FrameIndex } from "../../../mjpeg/containers/index/frame_index.ts";
import { LAB_CLIENT_PAYLOAD_BYTES } from "../../../rtp/lab/lab_packetizer.ts";

const log = getLogger(["mjpegrtsp", "catalog"]);

/** Says once for each file what its viewers should know. */
export function logIndex(path: string, { format, count, largestBytes, problem }: FrameIndex): void {
  log.info("indexed {path}: {count} frames, {format}, the largest {largestBytes} bytes", {
    path,
    count,
    format,
    largestBytes,
  });
  if (problem !== undefined) {
    log.warn("{path} has {count} whole frames and is served: {problem}", { path, count, problem });
  }
  if (largestBytes > LAB_CLIENT_PAYLOAD_BYTES) {
    log.warn(
      "{path} has a frame of {largestBytes} bytes; plain lab clients read {limit} bytes a frame and cannot show it " +
        "(make it smaller: ffmpeg -i IN -q:v 12 -s 640x360 -pix_fmt yuvj420p -f mjpeg OUT)",
      { path, largestBytes, limit: LAB_CLIENT_PAYLOAD_BYTES },
    );
  }
}
