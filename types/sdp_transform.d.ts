/** Types of what is used of `npm:sdp-transform`, which ships none. */

declare module "sdp-transform" {
  /** An attribute that the library does not know: its whole text behind `a=`. */
  export interface OtherAttribute {
    value: string;
  }
  export interface MediaDescription {
    type: string;
    port: number;
    protocol: string;
    /** One number, or several as text with spaces. */
    payloads?: string | number;
    connection?: { version: number; ip: string };
    control?: string;
    framerate?: number | string;
    rtp: { payload: number; codec: string; rate?: number; encoding?: number }[];
    rtcpFb?: { payload: number | string; type: string; subtype?: string }[];
    fmtp: { payload: number; config: string }[];
    invalid?: OtherAttribute[];
  }
  export interface SessionDescription {
    version?: number;
    origin?: {
      username: string;
      sessionId: number | string;
      sessionVersion: number;
      netType: string;
      ipVer: number;
      address: string;
    };
    name?: string;
    connection?: { version: number; ip: string };
    timing?: { start: number; stop: number };
    control?: string;
    invalid?: OtherAttribute[];
    media: MediaDescription[];
  }
  export function parse(sdp: string): SessionDescription;
  export function write(description: SessionDescription): string;
}
