import { assertEquals, assertThrows } from "@std/assert";
import { decodePresentation } from "../../rtsp/sdp.ts";
import { sdp } from "../../tests/support/scripted_camera.ts";
import { MAX_AUDIO_TRACKS, MAX_CLOCK_RATE } from "../limits.ts";
import { chooseTracks } from "./track_choice.ts";

/** What is chosen of these lines of SDP, in short. */
function choose(...lines: string[]): { video: string; audio: string[]; dropped: readonly string[] } {
  const { video, audio, dropped } = chooseTracks(decodePresentation(sdp(...lines)));
  return {
    video: `${video.payloadType} ${video.control}`,
    audio: audio.map(({ payloadType, encoding, clockRate, channels }) =>
      `${payloadType} ${encoding}/${clockRate}/${channels}`
    ),
    dropped,
  };
}

const VIDEO = ["m=video 0 RTP/AVP 26", "a=control:v"];

const CHOICES: readonly [title: string, lines: string[], expected: Partial<ReturnType<typeof choose>>][] = [
  ["the static payload type", VIDEO, { video: "26 v", audio: [], dropped: [] }],
  ["a dynamic one", ["m=video 0 RTP/AVP 97", "a=rtpmap:97 jpeg/90000", "a=control:v"], { video: "97 v" }],
  ["JPEG behind another format", ["m=video 0 RTP/AVP 96 26", "a=rtpmap:96 H264/90000", "a=control:v"], {
    video: "26 v",
  }],
  [
    "JPEG behind another track",
    ["m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000", "a=control:h", ...VIDEO],
    { video: "26 v", dropped: ["video H264"] },
  ],
  [
    "the first of two",
    [...VIDEO, "m=video 0 RTP/AVP 26", "a=control:w"],
    { video: "26 v", dropped: ["video JPEG"] },
  ],
  [
    "sound that is known",
    [...VIDEO, "m=audio 0 RTP/AVP 96 8", "a=rtpmap:96 OPUS/48000/2", "m=audio 0 RTP/AVP 97", "a=rtpmap:97 L16/16000/2"],
    { audio: ["8 PCMA/8000/1", "97 L16/16000/2"] },
  ],
  ["sound without a rate", [...VIDEO, "m=audio 0 RTP/AVP 97", "a=rtpmap:97 PCMU"], { audio: ["97 PCMU/8000/1"] }],
  [
    `rates up to ${MAX_CLOCK_RATE} Hz`,
    [
      ...VIDEO,
      ...["m=audio 0 RTP/AVP 97", `a=rtpmap:97 L16/${MAX_CLOCK_RATE}`],
      ...["m=audio 0 RTP/AVP 97", `a=rtpmap:97 L16/${MAX_CLOCK_RATE + 1}`],
    ],
    { audio: [`97 L16/${MAX_CLOCK_RATE}/1`, `97 L16/${MAX_CLOCK_RATE}/1`] },
  ],
  [
    "no unknown sound, and no unknown kinds of tracks",
    [
      ...VIDEO,
      "m=audio 0 RTP/AVP 96",
      "a=rtpmap:96 MPEG4-GENERIC/16000",
      "m=vana 0 RTP/AVP 107",
      "m=application 0 TCP x",
    ],
    { audio: [], dropped: ["audio MPEG4-GENERIC", "vana", "application"] },
  ],
  [
    `${MAX_AUDIO_TRACKS} tracks of sound, and not one more`,
    [...VIDEO, ...Array(MAX_AUDIO_TRACKS + 1).fill("m=audio 0 RTP/AVP 0")],
    { audio: Array(MAX_AUDIO_TRACKS).fill("0 PCMU/8000/1"), dropped: ["audio PCMU"] },
  ],
];

for (const [title, lines, expected] of CHOICES) {
  Deno.test(`chooseTracks() takes ${title}`, () => {
    assertEquals({ ...choose(...lines), ...expected }, choose(...lines));
  });
}

Deno.test("chooseTracks() names what there is where there is no Motion-JPEG", () => {
  assertThrows(
    () => choose("m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000", "m=audio 0 RTP/AVP 26"),
    Error,
    "it has video H264, audio JPEG",
  );
});
