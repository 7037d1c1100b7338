import { assertEquals } from "@std/assert";
import { permissionsFor } from "./commands.ts";

const CASES: readonly [args: string, permissions: string[]][] = [
  ["serve", ["net", "read"]],
  ["serve movies --port 1025", ["net", "read"]],
  ["play 127.0.0.1 1025 5008 movie.mjpeg", ["net", "read"]],
  ["play 127.0.0.1 1025 5008 movie.mjpeg --out frames", ["net", "read", "write"]],
  ["play 127.0.0.1 1025 5008 movie.mjpeg --out=frames", ["net", "read", "write"]],
  ["play 127.0.0.1 1025 5008 movie.mjpeg --out -", ["net", "read"]],
  ["play rtsp://camera/ --pcap session.pcapng", ["net", "read", "write"]],
  ["play rtsp://camera/ --out - --pcap=session.pcapng", ["net", "read", "write"]],
  ["play rtsp://camera/ --pcap -", ["net", "read"]],
  ["play 127.0.0.1 1025 5008 movie.mjpeg --out=-", ["net", "read"]],
  ["play 127.0.0.1 1025 5008 movie.mjpeg -- --out frames", ["net", "read"]],
  ["demo", ["net", "read"]],
  ["probe movie.mjpeg --json", ["read"]],
  ["probe rtsp://camera/stream --json", ["net"]],
  ["probe --json -- rtsp://camera/stream", ["net"]],
  ["probe -- movie.mjpeg", ["read"]],
  ["probe C://movies/movie.avi", ["read"]],
  ["doctor movie.mjpeg", ["net", "read"]],
  ["testsrc out.mjpeg", ["read", "write"]],
  ["play --help --out frames", []],
  ["--help", []],
  ["sreve", []],
  ["", []],
  ["toString", []],
];

for (const [args, permissions] of CASES) {
  Deno.test(`permissionsFor() gives ${JSON.stringify(args)} ${permissions.join(", ") || "nothing"}`, () => {
    assertEquals([...permissionsFor(args === "" ? [] : args.split(" "))], permissions);
  });
}
