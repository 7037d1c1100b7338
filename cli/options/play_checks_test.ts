import { assertThrows } from "@std/assert";
import { parseRtspUrl } from "../../client/rtsp/rtsp_url.ts";
import { UsageError } from "./errors.ts";
import { assertGrid, assertPlayable, type CheckedOptions } from "./play_checks.ts";

const [ONE, OTHER] = ["one", "other"].map((name) => ({ url: parseRtspUrl(`rtsp://camera/${name}`) }));

const OPTIONS: CheckedOptions = {
  ...{ out: undefined, pcap: undefined, json: false, "json-lines": false },
  ...{ frames: undefined, "rtp-port": undefined, paused: false, "no-preview": false },
};

Deno.test("assertPlayable() takes several streams, with --json and --no-preview", () => {
  assertPlayable([ONE, OTHER], { ...OPTIONS, json: true, "no-preview": true });
});

for (
  const [options, message] of [
    [
      { out: "movie.avi" },
      "--out is for one stream, and there are several: to store them all, start play once for each, or convert for each file",
    ],
    [{ pcap: "a.pcapng" }, "--pcap is for one stream, and there are several: name one, or leave the option out"],
    [{ frames: 1 }, "--frames is for one stream"],
    [{ "json-lines": true }, "--json-lines is for one stream"],
    [{ "rtp-port": 5008 }, "--rtp-port is for one stream"],
  ] as const
) {
  Deno.test(`assertPlayable() takes ${JSON.stringify(options)} for one stream, and refuses it for two`, () => {
    assertPlayable([ONE], { ...OPTIONS, ...options });
    assertThrows(() => assertPlayable([ONE, OTHER], { ...OPTIONS, ...options }), UsageError, message);
  });
}

Deno.test("assertGrid() wants a page, and more than one stream", () => {
  assertGrid(1, { grid: false, "no-preview": true });
  assertGrid(2, { grid: true, "no-preview": false });
  assertThrows(() => assertGrid(1, { grid: true, "no-preview": false }), UsageError, "there is one");
  assertThrows(() => assertGrid(2, { grid: true, "no-preview": true }), UsageError, "--no-preview");
});
