/**
 * A session at a server, whichever dialect it speaks: what the player needs of it.
 *
 * @module
 */

import type { Dialect } from "../rtsp/message.ts";
import type { Notice } from "./playback.ts";
import type { Reception } from "./reception.ts";
import type { ChosenTrack } from "./track_choice.ts";
import { withoutSecrets } from "./rtsp_url.ts";

/** What packets come over. */
export type TransportKind = "udp" | "tcp" | "multicast";

/** What a session tells the player. */
export interface MediaSessionEvents {
  /** An RTP packet of the video has come; its bytes hold until it returns. */
  readonly onPacket: (datagram: Uint8Array) => void;
  /** The server says that the stream has ended. */
  readonly onEnd: () => void;
  /** Something that the user should know, while the session goes on. */
  readonly onNotice: (notice: Notice) => void;
  /** The session has to begin anew, for a reason that the user should know: {@linkcode MediaSession.renew}, in its turn. */
  readonly onRenewal: (reason: string) => void;
  /** The server has gone, without the session being torn down. */
  readonly onClosed: (reason: string) => void;
}

/** A track of sound that is received and counted. */
export interface AudioTrack {
  /** What it is. */
  readonly chosen: ChosenTrack;
  /** What has come of it. */
  readonly reception: Reception;
}

/** A session from SETUP to TEARDOWN. One call at a time; all but `close` reject with what the user should know. */
export interface MediaSession {
  /** The dialect that is spoken, once it is known. */
  readonly dialect: Dialect | undefined;
  /** What packets come over. */
  readonly transport: TransportKind;
  /** Makes frames of the video's packets. */
  readonly reception: Reception;
  /** Sound beside the video. */
  readonly audio: readonly AudioTrack[];
  /** Whether the stream has no end that the server tells; `undefined` before it has described it. */
  readonly isLive: boolean | undefined;
  /** Datagrams from another address than the server's: ignored. */
  readonly strangerPackets: number;
  /** Connects and does all that leads to READY. */
  setUp(): Promise<void>;
  /** Asks for packets. */
  play(): Promise<void>;
  /** Asks for no more packets. */
  pause(): Promise<void>;
  /** Takes leave. */
  tearDown(): Promise<void>;
  /** Begins anew as far as READY, with other receptions. */
  renew(): Promise<void>;
  /** Closes connection and sockets; a call under way rejects at once. */
  close(): void;
}

/** A reply other than 200: its text names the status. */
export class RefusedError extends Error {
  /** The class's name, for logs. */
  override name = "RefusedError";
  /** The status code of the reply. */
  readonly status: number;

  /** The message names the method, what it was for, and the status. */
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }

  /** Whether asking again would only repeat the refusal, or lock an account. */
  get isFinal(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

/** What was asked for, and how the server refused it, as an error. */
export function refusal(
  label: string,
  { status, reason }: { readonly status: number; readonly reason: string },
  name: string,
): RefusedError {
  return new RefusedError(
    withoutSecrets(`The server refused ${label}: ${status} ${reason}`.trimEnd() + refusalAdvice(status, name)),
    status,
  );
}

function refusalAdvice(status: number, name: string): string {
  switch (status) {
    case 401:
    case 403:
      return "; check user name and password: rtsp://USER:PASSWORD@HOST/PATH";
    case 404:
      return `; the server has no file of that name: check ${JSON.stringify(name)}, its log lists near names`;
    case 415:
      return "; the server's log says what is wrong with the file";
    case 461:
      return "; try another --transport";
    case 501:
      return "; it does not have that method, or speaks another dialect";
    default:
      return "";
  }
}
