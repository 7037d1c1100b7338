/**
 * What a client announces that it will send (RFC 2326, 10.3): the Motion-JPEG that is passed on, and other tracks, which have to be set
 * up all the same, since few publishers go on without one of them.
 *
 * @module
 */

import type { PresentationDescription, TrackDescription } from "../../rtsp/sdp.ts";
import { MAX_PUBLISHED_TRACKS } from "../limits.ts";

/** A track, as its description has it. */
export interface AnnouncedTrack {
  /** Its control attribute (RFC 2326, C.1.1). */
  readonly control: string | undefined;
  /** Payload type of the Motion-JPEG; `undefined` for what is not passed on. */
  readonly payloadType: number | undefined;
  readonly dimensions: TrackDescription["dimensions"];
  /** Whether the publisher sends again what it is asked for. */
  readonly isRepaired: boolean;
}

/** The tracks in their order, the first one with Motion-JPEG among them. Throws an `Error` that names what there is without. */
export function announcedTracks({ tracks }: PresentationDescription): readonly AnnouncedTrack[] {
  const video = tracks.find((track) => jpegTypeOf(track) !== undefined);
  if (video === undefined) {
    const found = tracks.map(({ type, formats }) =>
      [type, ...[...formats.values()].map(({ encoding }) => encoding)].join(" ")
    );
    throw new Error(`there is no Motion-JPEG in it, but ${found.join(", ")}`);
  }
  if (tracks.length > MAX_PUBLISHED_TRACKS) throw new Error(`it has more than ${MAX_PUBLISHED_TRACKS} tracks`);
  return tracks.map((track) => {
    const payloadType = track === video ? jpegTypeOf(track) : undefined;
    const { control, dimensions, repairedTypes } = track;
    return {
      control,
      payloadType,
      dimensions,
      isRepaired: payloadType !== undefined && repairedTypes.includes(payloadType),
    };
  });
}

function jpegTypeOf({ type, payloadTypes, formats }: TrackDescription): number | undefined {
  return type === "video"
    ? payloadTypes.find((payloadType) => formats.get(payloadType)?.encoding === "JPEG")
    : undefined;
}
