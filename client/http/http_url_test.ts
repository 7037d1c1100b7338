import { assertEquals, assertThrows } from "@std/assert";
import { isHttp, isHttpUrl, parseHttpUrl } from "./http_url.ts";
import { parseRtspUrl } from "../rtsp/rtsp_url.ts";

Deno.test("parseHttpUrl() takes user and password out of what is sent and shown", () => {
  assertEquals(parseHttpUrl(" http://admin:p%40ss@cam.local:8080/video.mjpg?size=2#top "), {
    scheme: "http",
    href: "http://cam.local:8080/video.mjpg?size=2",
    hostname: "cam.local",
    port: 8080,
    path: "/video.mjpg?size=2",
    user: "admin",
    password: "p@ss",
    fragment: "top",
  });
});

Deno.test("parseHttpUrl() knows the ports, and addresses in brackets", () => {
  assertEquals(parseHttpUrl("https://[::1]/").port, 443);
  assertEquals(parseHttpUrl("https://[::1]/").hostname, "::1");
  assertEquals(parseHttpUrl("HTTP://esp32").href, "http://esp32/");
  assertEquals(parseHttpUrl("http://esp32").port, 80);
});

Deno.test("parseHttpUrl() refuses other texts, without their password", () => {
  for (const text of ["http://", "http://u:secret@:80/", "http://u:secret@h:99999/", "rtsp://h/"]) {
    const error = assertThrows(() => parseHttpUrl(text), SyntaxError, "not of the form http://");
    assertEquals(error.message.includes("secret"), false);
  }
});

Deno.test("isHttp() and isHttpUrl() tell URLs of HTTP from others", () => {
  assertEquals(["http://h", " HTTPS://h", "rtsp://h", "httpx://h", "cam"].map(isHttp), [
    true,
    true,
    false,
    false,
    false,
  ]);
  assertEquals([isHttpUrl(parseHttpUrl("http://h")), isHttpUrl(parseRtspUrl("rtsp://h"))], [true, false]);
});
