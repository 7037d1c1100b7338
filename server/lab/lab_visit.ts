/**
 * What is remembered of a client of the lab while its connection lasts.
 *
 * @module
 */

import type { LabTransport } from "../../rtsp/message.ts";
import type { LabFork } from "./lab_fork.ts";
import type { LabPlayback } from "./lab_playback.ts";

/** One client's visit. */
export interface LabVisit {
  /** Whose client it is, as far as it has shown. */
  fork: LabFork;
  /** The session identifier that the client knows, from CONNECT or the first of several movies on. */
  id: string | undefined;
  /** Where it wants its packets. */
  transport: LabTransport | undefined;
  /** Of its session; `undefined` without one. */
  playback: LabPlayback | undefined;
  /** Whether SETUP is in order although there is a session: forks that change movies or stop go on with it. */
  maySetUpAgain: boolean;
}

/** A client of which nothing is known yet. */
export function newVisit(): LabVisit {
  return { fork: "plain", id: undefined, transport: undefined, playback: undefined, maySetUpAgain: false };
}
