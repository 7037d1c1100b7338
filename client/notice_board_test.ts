import { assertEquals } from "@std/assert";
import type { Notice } from "../page/playback.ts";
import { NoticeBoard } from "./notice_board.ts";

const TROUBLE: Notice = { level: "error", text: "The server is gone" };
const BROKEN: Notice = { level: "warning", text: "Packets are lost", goesOn: true };
const NEWS: Notice = { level: "info", text: "The server is back" };

function open(notice?: Notice) {
  let changes = 0;
  const board = new NoticeBoard(() => changes++);
  board.set(notice);
  return { board, changes: () => changes };
}

Deno.test("NoticeBoard tells of the picture where no trouble is told, and takes that back, and nothing else", () => {
  for (
    const [before, shown, after] of [
      [undefined, BROKEN, undefined],
      [NEWS, BROKEN, undefined],
      [TROUBLE, TROUBLE, TROUBLE],
    ]
  ) {
    const { board } = open(before);
    board.tellOfPicture(BROKEN);
    assertEquals(board.notice, shown);
    board.tellOfPicture(undefined);
    assertEquals(board.notice, after);
  }
  const { board, changes } = open(NEWS);
  board.tellOfPicture(undefined);
  assertEquals([board.notice, changes()], [NEWS, 0]);
});

Deno.test("NoticeBoard tells that a reply is awaited until it is not, unless something else is told", () => {
  const { board, changes } = open();
  board.tellWaiting("3 s");
  board.tellWaiting("8 s");
  assertEquals(board.notice?.text, "8 s");
  board.tellWaiting(undefined);
  assertEquals([board.notice, changes()], [undefined, 3]);
  board.tellWaiting("3 s");
  board.tell(TROUBLE);
  board.tellWaiting("8 s");
  board.tellWaiting(undefined);
  assertEquals(board.notice, TROUBLE);
});

Deno.test("NoticeBoard.clearTrouble() leaves information alone", () => {
  for (const [notice, left] of [[TROUBLE, undefined], [BROKEN, undefined], [NEWS, NEWS]]) {
    const { board } = open(notice);
    board.clearTrouble();
    assertEquals(board.notice, left);
  }
});
