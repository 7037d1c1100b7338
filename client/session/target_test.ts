import { assertEquals } from "@std/assert";
import { parseRtspUrl } from "../rtsp/rtsp_url.ts";
import { localFileOf } from "./target.ts";

Deno.test("localFileOf() tells the name of the file, whatever stands behind it in the URL", () => {
  for (
    const [url, name] of [
      ["rtsp://127.0.0.1/a/movie.mjpeg", "movie.mjpeg"],
      ["rtsp://localhost:1025/movie.mjpeg/", "movie.mjpeg"],
      ["rtsp://[::1]/a%20b.mjpeg?x=/y", "a b.mjpeg"],
      ["rtsp://127.0.0.1/", undefined],
      ["rtsp://camera/movie.mjpeg", undefined],
    ] as const
  ) {
    assertEquals(localFileOf({ url: parseRtspUrl(url) }), name, url);
  }
  const lab = { hostname: "127.0.0.1", port: 1025, rtpPort: 5008, dialect: "auto" } as const;
  assertEquals(localFileOf({ ...lab, file: "a/what?.mjpeg" }), "what?.mjpeg");
});
