/**
 * Publishes a stream at a server, again and again where the server goes away.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { RECONNECT_STABLE_MS } from "../../client/limits.ts";
import { retryDelayMs } from "../../client/playout/reconnection.ts";
import type { RtspUrl } from "../../client/rtsp/rtsp_url.ts";
import { RefusedError } from "../../client/rtsp/refusal.ts";
import { sleep } from "../../net/clock.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";
import { PushSession, type PushSessionOptions } from "./push_session.ts";

const log = getLogger(["mjpegrtsp", "push"]);

/** How to publish at one server. */
export interface PushOptions extends PushSessionOptions {
  /** Whether to try again where the server goes away; `always` also where it could not be reached in the first place. */
  readonly reconnects: boolean | "always";
}

/**
 * Publishes at several servers, each for itself. Rejects once all have ended, with what went wrong at the first of those where something
 * did.
 */
export async function pushToAll(
  urls: readonly RtspUrl[],
  options: Omit<PushOptions, "url">,
  signal: AbortSignal,
): Promise<void> {
  const pushes = await Promise.allSettled(urls.map(async (url) => {
    const shown = withoutSecrets(url.href);
    log.info("publishing {name} at {url}", { name: options.source.name, url: shown });
    try {
      await push({ ...options, url }, signal);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (urls.length > 1) log.error("{url}: {reason}", { url: shown, reason });
      throw error;
    }
  }));
  for (const ended of pushes) if (ended.status === "rejected") throw ended.reason;
}

/** Publishes to the end of the source, or until `signal` aborts. Rejects where that is impossible, and not to be tried again. */
async function push(options: PushOptions, signal: AbortSignal): Promise<void> {
  const { source, clock, random, reconnects } = options;
  let [fromUs, hasStarted] = [0, reconnects === "always"];
  for (let tries = 0;; tries++) {
    const startMs = clock.nowMs();
    const session = new PushSession(options);
    try {
      return await session.run(fromUs, signal);
    } catch (error) {
      hasStarted ||= session.hasStarted;
      if (!reconnects || !hasStarted || signal.aborted || error instanceof RefusedError && error.isFinal) throw error;
      if (clock.nowMs() - startMs >= RECONNECT_STABLE_MS) tries = 0;
      const delayMs = retryDelayMs(tries, random());
      log.warn("{reason}; trying again in {seconds} s", {
        reason: error instanceof Error ? error.message : String(error),
        seconds: Math.max(1, Math.round(delayMs / 1000)),
      });
      if (!source.isLive) fromUs = Math.max(fromUs, session.positionUs);
      await sleep(delayMs, { clock, signal });
      if (signal.aborted) return;
    }
  }
}
