/**
 * `mjpegrtsp`: gives up every permission that the command does not need, then runs the command.
 *
 * @module
 */

import { permissionsFor } from "./cli/commands.ts";
import { runProgram } from "./cli/run_command_line.ts";

if (import.meta.main) {
  const needed: readonly string[] = permissionsFor(Deno.args);
  for (const name of ["net", "read", "write", "run", "env", "sys", "ffi", "import"] as const) {
    if (!needed.includes(name)) Deno.permissions.revokeSync({ name });
  }
  await runProgram(Deno.args);
}
