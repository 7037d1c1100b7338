import { assertEquals, assertThrows } from "@std/assert";
import { MAX_DESCRIPTION_LINES, MAX_LINE_BYTES, MAX_MEDIA_SECTIONS } from "./limits.ts";
import { decodePresentation, encodeStreamDescription, type StreamDescription } from "./sdp.ts";

const STREAM: StreamDescription = {
  title: "movie.mjpeg",
  sessionId: 7,
  address: "127.0.0.1",
  duration: 12.5,
  frameRate: 25,
  width: 640,
  height: 360,
  control: "track1",
  tool: "mjpegrtsp/0.1.0",
};

Deno.test("encodeStreamDescription() writes RFC 8866, line by line", () => {
  assertEquals(encodeStreamDescription(STREAM).split("\r\n"), [
    "v=0",
    "o=- 7 1 IN IP4 127.0.0.1",
    "s=movie.mjpeg",
    "c=IN IP4 0.0.0.0",
    "t=0 0",
    "a=control:*",
    "a=tool:mjpegrtsp/0.1.0",
    "a=range:npt=0-12.5",
    "m=video 0 RTP/AVP 26",
    "a=control:track1",
    "a=framerate:25",
    "a=framesize:26 640-360",
    "a=rtcp-fb:26 nack",
    "",
  ]);
});

Deno.test("encodeStreamDescription() writes sound behind the video, which decodePresentation() reads", () => {
  const sound = { payloadType: 10, encoding: "L16", clockRate: 44_100, channels: 2, control: "track2" };
  const text = encodeStreamDescription({ ...STREAM, sound });
  assertEquals(text.split("\r\n").slice(-5), [
    "a=rtcp-fb:26 nack",
    "m=audio 0 RTP/AVP 10",
    "a=rtpmap:10 L16/44100/2",
    "a=control:track2",
    "",
  ]);
  const [, { type, control, formats }] = decodePresentation(text).tracks;
  assertEquals([type, control, formats.get(10)], ["audio", "track2", {
    encoding: "L16",
    clockRate: 44_100,
    channels: 2,
  }]);
});

const LINES: readonly [title: string, changes: Partial<StreamDescription>, line: string][] = [
  ["a source without an end", { duration: undefined }, "a=range:npt=0-"],
  ["sizes beyond 2040", { width: 3840, height: 2160 }, "a=x-dimensions:3840,2160"],
  ["a rate that is no whole number", { frameRate: 30_000 / 1001 }, "a=framerate:29.97"],
  ["IPv6", { address: "::1" }, "o=- 7 1 IN IP6 ::1"],
  ["a title that would begin a line", { title: "a\r\nm=audio" }, "s=a  m=audio"],
];

for (const [title, changes, line] of LINES) {
  Deno.test(`encodeStreamDescription() writes ${title}`, () => {
    const lines = encodeStreamDescription({ ...STREAM, ...changes }).split("\r\n");
    assertEquals(lines.filter((candidate) => candidate === line), [line]);
  });
}

Deno.test("decodePresentation() reads what encodeStreamDescription() writes", () => {
  const description = decodePresentation(encodeStreamDescription({ ...STREAM, width: 2048 }));
  const { title, control, isFinite, durationSeconds, tracks } = description;
  assertEquals([title, control, isFinite, durationSeconds], [STREAM.title, "*", true, STREAM.duration]);
  assertEquals(tracks.length, 1);
  assertEquals({ ...tracks[0], formats: [...tracks[0].formats] }, {
    type: "video",
    payloadTypes: [26],
    formats: [[26, { encoding: "JPEG", clockRate: 90_000, channels: 1 }]],
    control: "track1",
    dimensions: { width: 2048, height: 360 },
    frameRate: STREAM.frameRate,
    repairedTypes: [26],
  });
});

for (const [value, frameRate] of [["25", 25], ["29.97", 29.97], ["0", undefined], ["fast", undefined]] as const) {
  Deno.test(`decodePresentation() reads a=framerate:${value}`, () => {
    const { title, tracks } = decodePresentation(`v=0\r\nm=video 0 RTP/AVP 26\r\na=framerate:${value}\r\n`);
    assertEquals([title, tracks[0].frameRate], [undefined, frameRate]);
  });
}

const FEEDBACK: readonly [lines: string[], repairedTypes: number[]][] = [
  [["a=rtcp-fb:26 nack"], [26]],
  [["a=rtcp-fb:* nack"], [26, 96]],
  [["a=rtcp-fb:26 nack pli", "a=rtcp-fb:26 ccm fir", "a=rtcp-fb:97 nack"], []],
  [["a=rtcp-fb:26 nack pli", "a=rtcp-fb:26 nack"], [26]],
  [["a=rtcp-fb:", "a=rtcp-fb:x nack", "a=rtcp-fb"], []],
];

for (const [lines, repairedTypes] of FEEDBACK) {
  Deno.test(`decodePresentation() finds what is sent again by ${lines.join(", ")}`, () => {
    const text = ["v=0", "m=video 0 RTP/AVP 26 96", "a=rtpmap:96 JPEG/90000", ...lines, ""].join("\r\n");
    assertEquals(decodePresentation(text).tracks[0].repairedTypes, repairedTypes);
  });
}

/** Ranges of play times, whether they end, and where. */
const RANGES: readonly [lines: readonly string[], isFinite: boolean, durationSeconds: number | undefined][] = [
  [["a=range:npt=0-12.5"], true, 12.5],
  [["a=range:npt=0:00:00-0:01:02.5"], true, 62.5],
  [["a=range:npt=0-"], false, undefined],
  [["a=range:npt=now-"], false, undefined],
  [["a=range:npt=0-x"], true, undefined],
  [["a=range:npt=0-0"], true, undefined],
  [["a=range:clock=19961108T143720Z-"], false, undefined],
  [["a=range:npt=0-", "a=range:npt=0-3"], true, 3],
  [[], false, undefined],
];

for (const [lines, isFinite, durationSeconds] of RANGES) {
  Deno.test(`decodePresentation() finds the end of ${lines.join(", ") || "no range"}`, () => {
    const found = decodePresentation(["v=0", ...lines, "m=video 0 RTP/AVP 26", ""].join("\r\n"));
    assertEquals([found.isFinite, found.durationSeconds], [isFinite, durationSeconds]);
  });
}

Deno.test("decodePresentation() reads a camera with sound, metadata and a payload type of its own", () => {
  const { control, isFinite, tracks } = decodePresentation(
    [
      ...["v=0", "o=- 1 1 IN IP4 10.0.0.9", "s=Media Presentation", "t=0 0"],
      ...["m=vana 0 RTP/AVP 107", "a=control:trackID=3"],
      ...["m=audio 0 RTP/AVP 0 8", "a=control:trackID=2"],
      ...["m=video 0 RTP/AVP 96 26", "a=rtpmap:96 jpeg/90000", "a=control:rtsp://10.0.0.9/video", ""],
    ].join("\r\n"),
  );
  assertEquals([control, isFinite], [undefined, false]);
  assertEquals(tracks.map(({ type, control }) => [type, control]), [
    ...[["vana", "trackID=3"], ["audio", "trackID=2"], ["video", "rtsp://10.0.0.9/video"]],
  ]);
  const encodings = tracks.map(({ formats }) => [...formats].map(([number, { encoding }]) => `${number} ${encoding}`));
  assertEquals(encodings, [[], ["0 PCMU", "8 PCMA"], ["26 JPEG", "96 JPEG"]]);
});

/** Tracks of sound, and the rate and channels of their first format. */
const SOUNDS: readonly [lines: string[], encoding: string, clockRate: number | undefined, channels: number][] = [
  [["m=audio 0 RTP/AVP 0"], "PCMU", 8000, 1],
  [["m=audio 0 RTP/AVP 8", "a=rtpmap:8 PCMA/8000"], "PCMA", 8000, 1],
  [["m=audio 0 RTP/AVP 10"], "L16", 44_100, 2],
  [["m=audio 0 RTP/AVP 97", "a=rtpmap:97 l16/16000/2"], "L16", 16_000, 2],
  [["m=audio 0 RTP/AVP 97", "a=rtpmap:97 PCMU/16000"], "PCMU", 16_000, 1],
  [["m=audio 0 RTP/AVP 97", "a=rtpmap:97 PCMU"], "PCMU", undefined, 1],
];

for (const [lines, encoding, clockRate, channels] of SOUNDS) {
  Deno.test(`decodePresentation() reads ${lines.join(", ")}`, () => {
    const [{ formats }] = decodePresentation(["v=0", "s=x", ...lines, ""].join("\r\n")).tracks;
    assertEquals([...formats.values()], [{ encoding, clockRate, channels }]);
  });
}

Deno.test("decodePresentation() rejects text without media", () => {
  for (const text of ["", "<html></html>", "v=0\r\ns=x\r\n"]) {
    assertThrows(() => decodePresentation(text), SyntaxError, "it describes no media");
  }
});

Deno.test("decodePresentation() reads text that looks like numbers as text", () => {
  const { control, tracks } = decodePresentation(
    "v=0\r\na=control:2\r\nm=9 0 RTP/AVP 96\r\na=rtpmap:96 7/90000\r\na=control:1\r\n",
  );
  assertEquals([control, tracks[0].type, tracks[0].control, tracks[0].formats.get(96)?.encoding], ["2", "9", "1", "7"]);
});

Deno.test("decodePresentation() takes payload types of 0 to 127, and ignores others", () => {
  const { tracks } = decodePresentation("v=0\r\nm=video 0 RTP/AVP 0 26 127 128 2600 x\r\n");
  assertEquals(tracks[0].payloadTypes, [0, 26, 127]);
});

Deno.test("decodePresentation() takes sizes of 1 to 65535, and ignores others", () => {
  const sizes: [text: string, dimensions: { width: number; height: number } | undefined][] = [
    ["x-dimensions:65535,1", { width: 65_535, height: 1 }],
    ["x-dimensions:65536,1", undefined],
    ["framesize:26 0-480", undefined],
    ["framesize:26 640-65536", undefined],
  ];
  for (const [text, dimensions] of sizes) {
    assertEquals(
      decodePresentation(`v=0\r\nm=video 0 RTP/AVP 26\r\na=${text}\r\n`).tracks[0].dimensions,
      dimensions,
      text,
    );
  }
});

Deno.test(`decodePresentation() reads lines of ${MAX_LINE_BYTES} characters, and leaves longer ones out`, () => {
  const line = (length: number) => `a=control:${"c".repeat(length - "a=control:".length)}`;
  for (const [length, isRead] of [[MAX_LINE_BYTES, true], [MAX_LINE_BYTES + 1, false]] as const) {
    const { tracks: [track] } = decodePresentation(
      `v=0\r\nm=video 0 RTP/AVP 26\r\n${line(length)}\r\na=framesize:26 8-8\r\n`,
    );
    assertEquals([track.control?.length, track.dimensions], [isRead ? length - 10 : undefined, {
      width: 8,
      height: 8,
    }]);
  }
});

Deno.test(`decodePresentation() reads ${MAX_DESCRIPTION_LINES} lines, and not one more`, () => {
  for (const [count, control] of [[MAX_DESCRIPTION_LINES, "x"], [MAX_DESCRIPTION_LINES + 1, undefined]] as const) {
    const lines = ["m=video 0 RTP/AVP 26", ...Array.from({ length: count - 2 }, () => "a="), "a=control:x", ""];
    assertEquals(decodePresentation(lines.join("\r\n")).tracks[0].control, control);
  }
});

Deno.test(`decodePresentation() reads ${MAX_MEDIA_SECTIONS} media sections, and not one more`, () => {
  const sections = (count: number) =>
    Array.from({ length: count }, (_, index) => `m=video 0 RTP/AVP 26\na=control:${index}a\n`).join("");
  for (const [count, last] of [[MAX_MEDIA_SECTIONS, "63a"], [MAX_MEDIA_SECTIONS + 1, "63a"], [2, "1a"]] as const) {
    const { tracks } = decodePresentation(`v=0\n${sections(count)}`);
    assertEquals([tracks.length, tracks.at(-1)?.control], [Math.min(count, MAX_MEDIA_SECTIONS), last]);
  }
});

Deno.test("decodePresentation() takes several ports, and more than one space", () => {
  const { tracks: [track] } = decodePresentation("v=0\r\nm=video 5000/2 RTP/AVP 26 96\r\na=rtpmap:96  JPEG/90000\r\n");
  assertEquals([track.type, track.payloadTypes, track.formats.get(96)?.encoding], ["video", [26, 96], "JPEG"]);
});
