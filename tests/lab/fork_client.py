"""Clients of the networking lab's forks, headless: each writes its requests and takes replies apart as one fork's program does.

A request is one send(); a reply is what one recv() returns, indexed by split('\\n') and split(' ') with int() and float() around it,
so that a line that is missing, or one too many, raises here as it does there. What must be true beside that is asserted; an exception
gives exit code 1 and its traceback. The last line of stdout is JSON: what the client saw.

    python3 fork_client.py json 127.0.0.1 1025 movies movie.Mjpeg other.Mjpeg
"""

import json
import os
import socket
import struct
import sys

# A fork that goes elsewhere takes a frame of about the number that it asked for as the first one from there.
NEAR = 10
PATIENCE_SECONDS = 60


class Program:
    """What the forks have in common: the two sockets, and the movie to compare frames with."""

    def __init__(self, host, port, root, file, other):
        self.root, self.file, self.other = root, file, other
        self.rtsp = socket.create_connection((host, port), PATIENCE_SECONDS)
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp.settimeout(PATIENCE_SECONDS)
        self.rtp.bind(("", 0))
        self.rtp_port = self.rtp.getsockname()[1]
        self.timestamp = None
        self.seq = 0
        self.session = 0
        self.frames = {name: self.read_movie(name) for name in (file, other)}

    def read_movie(self, name):
        """Numbers by frames, from 1."""
        numbers = {}
        with open(os.path.join(self.root, name), "rb") as movie:
            while digits := movie.read(5):
                numbers[movie.read(int(digits))] = len(numbers) + 1
        return numbers

    def count(self, name=None):
        return len(self.frames[name or self.file])

    def exchange(self, text, size=1024):
        self.rtsp.send(text.encode())
        return self.rtsp.recv(size).decode()

    def ask(self, text):
        """The lines of a reply that is 200, has the CSeq of the request, and is for our session."""
        lines = self.exchange(text).split("\n")
        assert int(lines[1].split(" ")[1]) == self.seq, lines
        session = int(lines[2].split(" ")[1])
        if self.session == 0:
            self.session = session
        assert self.session == session, lines
        assert int(lines[0].split(" ")[1]) == 200, lines
        return lines

    def request(self, method, *more, file=None, session="Session: ", version="1.0"):
        self.seq += 1
        name = self.file if file is None else file
        head = [f"{method} {name} RTSP/{version}", f"CSeq: {self.seq}", f"{session}{self.session}"]
        return self.ask("\n".join([*head, *more]))

    def setup(self, *more, transport="Transport: RTP/UDP; client_port= ", version="1.0"):
        self.seq += 1
        head = [f"SETUP {self.file} RTSP/{version}", f"CSeq: {self.seq}", f"{transport}{self.rtp_port}"]
        return self.ask("\n".join([*head, *more]))

    def packet(self):
        """Sequence number, marker and payload of the next packet."""
        data = self.rtp.recv(65536)
        _, second, number, self.timestamp, _ = struct.unpack(">BBHII", data[:12])
        return number, second >> 7, data[12:]

    def frame(self, name=None):
        """The sequence number of the next frame, and its number in the movie."""
        number, _, payload = self.packet()
        return number, self.frames[name or self.file][payload]

    def drop_waiting(self):
        """What was sent before the last reply is not looked at."""
        self.rtp.setblocking(False)
        try:
            while True:
                self.rtp.recv(65536)
        except BlockingIOError:
            self.rtp.settimeout(PATIENCE_SECONDS)

    def frame_near(self, wanted):
        """The next frame has the number of its place in the movie, and that is where we wanted to go."""
        self.drop_waiting()
        number, place = self.frame()
        assert number == place, (number, place)
        assert abs(place - wanted) < NEAR, (place, wanted)
        return place


def json_fork(program):
    """Counts from 0; JSON in the fourth line, read with recv(256); FORWARD plays from a frame; LIST and SWITCH."""

    def ask(text):
        lines = program.exchange(text.replace("SESSION", str(program.session)), 256).split("\n")
        assert int(lines[0].split(" ")[1]) == 200, lines
        reply = dict(line.split(": ") for line in lines[1:3])
        assert int(reply["CSeq"]) == program.seq
        program.seq += 1
        return reply, json.loads(lines[3]) if len(lines) > 3 else None

    def request(line, *more):
        return ask("\n".join([f"{line} RTSP/1.0", f"CSeq: {program.seq}", "Session: SESSION", *more]))

    reply, body = ask(f"SETUP {program.file} RTSP/1.0\nCSeq: 0\nTransport: RTP/UDP; client_port= {program.rtp_port}")
    program.session = int(reply["Session"])
    assert body["nframe"] == program.count() and 100 / body["duration"] > 0
    assert request(f"PLAY {program.file}")[1] is None
    assert program.frame() == (1, 1)
    request(f"PAUSE {program.file}")
    request(f"FORWARD {program.file}", "Frame: 40")
    program.frame_near(40)
    listed = request("LIST")[1]["list"]
    assert request("DESCRIBE")[1].keys() >= {"streams", "encoding"}
    assert request(f"SWITCH {program.other}")[1]["nframe"] == program.count(program.other)
    program.drop_waiting()
    request(f"PLAY {program.other}")
    assert program.frame(program.other) == (1, 1)
    request(f"TEARDOWN {program.other}")
    return {"list": listed}


def connect_fork(program):
    """CONNECT and a list before any movie; SETUP without a port; the total with PLAY; SETTIME; CHANGE and SETUP again."""
    program.seq += 1
    program.ask(f"CONNECT RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= {program.rtp_port}\n")
    lines = program.request("GETLIST", "", file="/")
    assert int(lines[3].split(" ")[1]) == len(lines[4:]), lines
    listed = lines[4:]
    program.request("SETUP", "")
    assert int(program.request("PLAY", "")[3].split(" ")[1]) == program.count()
    assert program.frame() == (1, 1)
    program.request("SETTIME", "FRAME: 40")
    program.frame_near(40)
    program.request("SETTIME", "FRAME: 10")
    program.frame_near(10)
    program.request("PAUSE", "")
    program.request("CHANGE", "", file=program.other)
    program.request("SETUP", "", file=program.other)
    assert int(program.request("PLAY", "", file=program.other)[3].split(" ")[1]) == program.count(program.other)
    program.drop_waiting()
    number, place = program.frame(program.other)
    assert number == place
    program.request("TEARDOWN", "", file=program.other)
    return {"list": listed}


def scrub_fork(program):
    """SCRUB to a share of the movie, paused before and played after it."""
    program.setup()
    program.request("PLAY")
    program.frame()
    program.request("PAUSE")
    program.request("SCRUB", "Position: 50")
    program.request("PLAY")
    program.frame_near(program.count() // 2)
    program.request("TEARDOWN")


def time_fork(program):
    """TRANSPORT and Client_port; the duration in the fourth line; FORWARD and PREVIOUS; SESSION."""
    lines = program.setup(transport="TRANSPORT: RTP/UDP; Client_port= ")
    assert float(lines[3].split(" ")[1]) == program.count() / 20, lines
    program.request("PLAY", session="SESSION: ")
    _, place = program.frame()
    program.request("FORWARD", session="SESSION: ")
    place = program.frame_near(place + 20)
    program.request("PREVIOUS", session="SESSION: ")
    program.frame_near(max(1, place - 20))
    program.request("TEARDOWN", session="SESSION: ")


def version_fork(program):
    """RTSP/1.4; the number of frames in the fourth line; goes 20 frames on and back, and to the start."""
    lines = program.setup(version="1.4")
    assert int(lines[3].split(" ")[1]) == program.count(), lines
    program.request("PLAY", version="1.4")
    shown, _ = program.frame()
    for method, step in (("FORWARD", 20), ("BACKWARD", -20), ("RESTART", None)):
        program.request(method, version="1.4")
        shown = 0 if step is None else max(0, shown + step)
        program.drop_waiting()
        number, place = program.frame()
        # What is not newer than the frame that the client counts on is dropped.
        assert number == place > shown, (method, number, place, shown)
        assert place < shown + NEAR, (method, place, shown)
        shown = number
    program.request("TEARDOWN", version="1.4")


def quality_fork(program):
    """`Prefer: HD` or `SD`, after a space; joins what comes up to the marker; reads `Frames:` wherever it stands."""
    lines = program.setup(" Prefer: SD")
    totals = [int(line.split(" ")[1]) for line in lines[3:] if line.startswith("Frames")]
    assert totals == [program.count()], lines
    program.request("PLAY")
    for expected in range(1, 11):
        number, marker, payload = program.packet()
        assert (number, marker, program.frames[program.file][payload]) == (expected, 1, expected)
    program.request("TEARDOWN")


def comma_fork(program):
    """Dialect B; a list as the whole reply, the total in the fifth line; FORWARD while paused."""
    listed = program.exchange(f"LIST \n0\n RTSP/1.0 RTP/UDP {program.rtp_port}").split(",")[:-1]

    def ask(text):
        program.seq += 1
        return program.ask(text.replace("SEQ", str(program.seq)))

    lines = ask(f"SETUP {program.file}\nSEQ\n RTSP/1.0 RTP/UDP {program.rtp_port}")
    assert int(lines[4]) == program.count(), lines
    ask("FORWARD \nSEQ")
    ask("PLAY \nSEQ")
    program.frame_near(20)
    ask("TEARDOWN \nSEQ")
    return {"list": listed}


def typo_fork(program):
    """Dialect B with HTP/UDP; the total in the fourth line, of SWITCH as well."""

    def ask(text):
        program.seq += 1
        return program.ask(text.replace("SEQ", str(program.seq)))

    lines = ask(f"SETUP {program.file}\n SEQ\n RTSP/1.0 HTP/UDP {program.rtp_port}")
    assert int(lines[3].split(" ")[1]) == program.count(), lines
    ask("PLAY \n SEQ")
    program.frame()
    ask("PAUSE \n SEQ")
    lines = ask(f"SWITCH {program.other}\n SEQ")
    assert int(lines[3].split(" ")[1]) == program.count(program.other), lines
    program.drop_waiting()
    ask("PLAY \n SEQ")
    assert program.frame(program.other) == (1, 1)
    ask("TEARDOWN \n SEQ")


def speed_fork(program):
    """`Cseq:`; SPEEDUP and SLOWDOWN lose no frame; SWITCH after TEARDOWN lists, and its last line is empty."""
    program.seq += 1
    program.ask(f"SETUP {program.file} RTSP/1.0\nCseq: 1\nTransport: RTP/UDP; client_port= {program.rtp_port}")

    def request(method):
        program.seq += 1
        return program.ask(f"{method} {program.file} RTSP/1.0\nCseq: {program.seq}\nSession: {program.session}")

    request("PLAY")
    shown = 0
    for method in ("SPEEDUP", "SPEEDUP", "SLOWDOWN", "TEARDOWN"):
        number, place = program.frame()
        assert number == place == shown + 1
        shown = number
        request(method)
    listed = request("SWITCH")[3:]
    assert listed.pop() == ""
    return {"list": listed}


def movies_fork(program):
    """PLAY says from which frame, again while it plays; SWITCH lists in one line, and SETUP goes on from there."""
    program.setup()
    program.request("PLAY", "Frame: 0")
    assert program.frame() == (1, 1)
    program.request("PLAY", "Frame: 30")
    program.frame_near(30)
    listed = program.request("SWITCH")[3].split(" ")[1:]
    program.file = program.other
    program.setup()
    program.drop_waiting()
    program.request("PLAY", "Frame: 0")
    assert program.frame() == (1, 1)
    program.request("TEARDOWN")
    return {"list": listed}


def stop_fork(program):
    """STOP goes to the start; either PLAY or SETUP follows. The session without its colon, BREAKDOWN in TEARDOWN's place."""
    program.setup()
    for _ in range(2):
        program.request("PLAY", session="Session ")
        assert program.frame() == (1, 1)
        program.request("STOP", session="Session ")
        program.drop_waiting()
    program.setup()
    program.request("PLAY")
    assert program.frame() == (1, 1)
    program.request("BREAKDOWN")


def pieces(program, head_bytes, place):
    """Plays ten frames whose pieces all have the number of their frame; `place` reads what stands in front of each."""
    program.setup()
    program.request("PLAY")
    for expected in range(1, 11):
        got, marker, total = b"", 0, None
        while not marker:
            number, marker, payload = program.packet()
            assert number == expected, (number, expected)
            head, piece = payload[:head_bytes], payload[head_bytes:]
            total = place(head, got, piece)
            got += piece
        assert total in (None, len(got)), (total, len(got))
        assert program.frames[program.file][got] == expected
    program.request("TEARDOWN")


def numbered_fork(program):
    """The number of the frame on each of its pieces, and nothing else."""
    pieces(program, 0, lambda head, got, piece: None)


def offset8_fork(program):
    """The same, and in front of each piece its offset and the length of the frame."""

    def place(head, got, _):
        offset, total = struct.unpack(">II", head)
        assert offset == len(got), (offset, len(got))
        return total

    pieces(program, 8, place)


def indexed(program, head_bytes):
    """The same, and in front of each piece its index, their count, and in one fork its length."""
    seen = []

    def place(head, got, piece):
        index, count, *size = struct.unpack(">" + "H" * (head_bytes // 2), head)
        seen[:] = seen if got else []
        assert index == len(seen), (index, len(seen))
        assert size in ([], [len(piece)]), (size, len(piece))
        seen.append(piece)
        return len(got) + len(piece) if index == count - 1 else -1

    pieces(program, head_bytes, place)


def timestamp_fork(program):
    """Pieces with a timestamp of their own are another frame, and nothing else is: the timestamp is its number. PLAY goes to a frame."""
    pieces, shown = [], 0

    def next_frame():
        nonlocal pieces, shown
        marker = False
        while not marker:
            number, marker, piece = program.packet()
            if program.timestamp != shown:
                pieces, shown = [], program.timestamp
            pieces.append((number, piece))
        pieces.sort()
        assert [number for number, _ in pieces] == list(range(pieces[0][0], pieces[0][0] + len(pieces))), pieces
        assert program.frames[program.file][b"".join(piece for _, piece in pieces)] == shown
        return shown

    program.setup()
    program.request("PLAY")
    assert [next_frame() for _ in range(5)] == [1, 2, 3, 4, 5]
    program.request("PLAY", "Frame: 20")
    program.drop_waiting()
    assert next_frame() - 20 in range(1, NEAR)
    program.request("TEARDOWN")


def index6_fork(program):
    """Index, count and length of each piece."""
    indexed(program, 6)


def index4_fork(program):
    """Index and count of each piece."""
    indexed(program, 4)


FORKS = {name.removesuffix("_fork"): fork for name, fork in list(globals().items()) if name.endswith("_fork")}


def main():
    name, host, port, root, file, other = sys.argv[1:]
    report = FORKS[name](Program(host, int(port), root, file, other)) or {}
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
