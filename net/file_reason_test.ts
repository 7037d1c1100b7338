import { assertEquals } from "@std/assert";
import { fileReason } from "./file_reason.ts";

Deno.test("fileReason() says in words why a file cannot be used, and never how to give a program more rights", () => {
  const { errors } = Deno;
  const cases: [error: unknown, reason: string][] = [
    [
      new errors.NotCapable('Requires all access to "/dev/shm", run again with the --allow-all flag'),
      "special places such as /dev, /proc and /sys are closed to this program",
    ],
    [
      new errors.NotCapable(
        'Requires all access to "/proc/x", specify the required permissions during compilation using `deno compile --allow-all`',
      ),
      "special places such as /dev, /proc and /sys are closed to this program",
    ],
    [
      new errors.NotCapable('Requires read access to "/x", run again with the --allow-read flag'),
      'Requires read access to "/x"',
    ],
    [new errors.PermissionDenied("Permission denied (os error 13)"), "you have no right to use it"],
    [new errors.NotADirectory("Not a directory (os error 20)"), "a part of its path is no directory"],
    [new errors.FilesystemLoop("Too many levels (os error 40)"), "its links lead in a circle"],
    [new Error("File name too long (os error 36): realpath 'x'"), "its name is too long"],
    [new Error("Input/output error (os error 5)"), "Input/output error (os error 5)"],
    ["a text", "a text"],
  ];
  for (const [error, reason] of cases) assertEquals(fileReason(error), reason);
});
