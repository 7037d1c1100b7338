import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { temporaryDirectory } from "../../../tests/support/temporary_directory.ts";
import { until } from "../../../tests/support/until.ts";
import { SharedFile } from "./shared_file.ts";

Deno.test("SharedFile runs reads one after the other, one that fails as well, and stays open while somebody uses it", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "file");
  await Deno.writeTextFile(path, "0123456789");
  const file = new SharedFile(path);
  const leave = file.use();
  const order: string[] = [];
  const opened = await Promise.all(["one", "two", "three"].map((name) =>
    file.inTurn(async () => {
      order.push(`${name} begins`);
      const opened = await file.open();
      await opened.stat();
      order.push(`${name} ends`);
      return opened;
    })
  ));
  assertEquals(order, ["one begins", "one ends", "two begins", "two ends", "three begins", "three ends"]);
  assertEquals(new Set(opened).size, 1);
  const failing = file.inTurn(() => Promise.reject(new Error("it is damaged")));
  leave();
  const last = file.inTurn(() => opened[0].stat());
  await assertRejects(() => failing, Error, "it is damaged");
  assertEquals((await last).size, 10);
  await until(() => opened[0].stat().then(() => false, (error) => error instanceof Deno.errors.BadResource));
});

Deno.test({
  name: "SharedFile does not wait for the other end of a pipe that has taken the place of the file",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "file");
    await new Deno.Command("mkfifo", { args: [path] }).output();
    const file = new SharedFile(path);
    await assertRejects(() => file.inTurn(() => file.open()), Error, "the file has been written to");
  },
});
