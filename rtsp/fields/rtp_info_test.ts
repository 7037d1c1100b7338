import { assertEquals } from "@std/assert";
import { decodeRtpInfo, encodeRtpInfo, type RtpInfo } from "./rtp_info.ts";

const GOLDEN: readonly [text: string, tracks: readonly RtpInfo[]][] = [
  ["url=rtsp://h/m/track1;seq=7;rtptime=9000", [{ url: "rtsp://h/m/track1", sequenceNumber: 7, timestamp: 9000 }]],
  ["url=rtsp://h/m;rtptime=4294967295", [{ url: "rtsp://h/m", sequenceNumber: undefined, timestamp: 0xffffffff }]],
  [
    "url=rtsp://h/a,b;x;seq=65535,url=rtsp://h/c",
    [
      { url: "rtsp://h/a,b;x", sequenceNumber: 65535, timestamp: undefined },
      { url: "rtsp://h/c", sequenceNumber: undefined, timestamp: undefined },
    ],
  ],
];

for (const [text, tracks] of GOLDEN) {
  Deno.test(`encodeRtpInfo() and decodeRtpInfo() agree on ${text}`, () => {
    assertEquals(encodeRtpInfo(tracks), text);
    assertEquals(decodeRtpInfo(text), tracks);
  });
}

const READ: readonly [text: string, timestamps: readonly (number | undefined)[]][] = [
  ["URL = rtsp://h/m ; SEQ = 1 ; RTPTIME = 5 , url=x;rtptime=6", [5, 6]],
  ["url=x;seq=;rtptime=", [undefined]],
  ["url=x;rtptime=4294967296", [undefined]],
  ["url=x;rtptime=-1", [undefined]],
  ["", []],
  ["seq=1;rtptime=2", []],
  ["url=x;seq", [undefined]],
];

for (const [text, timestamps] of READ) {
  Deno.test(`decodeRtpInfo() reads ${JSON.stringify(text)}`, () => {
    assertEquals(decodeRtpInfo(text).map(({ timestamp }) => timestamp), timestamps);
  });
}
