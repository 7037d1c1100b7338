"""The networking lab's server (Kurose & Ross, "Video Streaming with RTSP and RTP"), as the students' programs have it.

It reads, answers, streams and breaks as Server.py, ServerWorker.py, VideoStream.py and RtpPacket.py do, so that a
client that gets along with it gets along with them:

- a request is whatever one recv(256) returns, indexed by split('\n') and split(' '); what is missing raises IndexError,
  and the thread of that client dies with a traceback while the server lives on and the connection stays open;
- dialect A answers with the second word of the second line as CSeq; dialect B with the first, so that a client of
  dialect A reads `CSeq: CSeq:` there;
- a request that does not fit the state (INIT, READY, PLAYING) is not answered at all; TEARDOWN leaves the state alone,
  and before the first PLAY it kills the thread (there is no event to set);
- every PLAY takes a new UDP socket, so the source port changes after PAUSE;
- at the end of the file nothing more is sent, and nothing says so;
- when the client is gone, the frames go on being sent.

Lines on stdout, for a test to wait for (N counts the clients from 1): `listening PORT`, `SETUP N FILE PORT`, `PLAY N`,
`PAUSE N`, `TEARDOWN N`, `ignored N METHOD`, `missing N FILE`, `dropped N FRAME`, `end N FRAMES`, `gone N`,
`died N EXCEPTION`.

    python3 lab_server.py 1025 --root movies
"""

import argparse
import os
import random
import socket
import threading
import traceback
from random import randint
from time import sleep, time

HEADER_BYTES = 12
REQUEST_READ_BYTES = 256
MJPEG_TYPE = 26
FRAGMENT_BYTES = 1408
INIT, READY, PLAYING = "INIT", "READY", "PLAYING"
PRINT_LOCK = threading.Lock()


def say(*words):
    """One line on stdout."""
    with PRINT_LOCK:
        print(*words, flush=True)


class VideoStream:
    """Frames of a lab file: five digits, then that many bytes."""

    def __init__(self, filename, loop):
        try:
            self.file = open(filename, "rb")
        except Exception as error:
            raise IOError from error
        self.loop = loop
        self.frame_num = 0

    def next_frame(self):
        data = self.file.read(5)
        if not data and self.loop:
            self.file.seek(0)
            if self.loop == "restart":
                self.frame_num = 0
            data = self.file.read(5)
        if data:
            data = self.file.read(int(data))
            self.frame_num += 1
        return data


def rtp_packet(seq_num, marker, timestamp, payload):
    """Twelve bytes as RtpPacket.py writes them, and the payload."""
    header = bytearray(HEADER_BYTES)
    header[0] = 2 << 6
    header[1] = marker << 7 | MJPEG_TYPE
    header[2] = seq_num >> 8 & 0xFF
    header[3] = seq_num & 0xFF
    header[4] = timestamp >> 24 & 0xFF
    header[5] = timestamp >> 16 & 0xFF
    header[6] = timestamp >> 8 & 0xFF
    header[7] = timestamp & 0xFF
    return bytes(header) + payload


class ServerWorker:
    """One client."""

    def __init__(self, number, connection, address, options):
        self.number = number
        self.connection = connection
        self.address = address
        self.options = options
        self.state = INIT
        self.info = {}
        self.packets = 0
        self.ended = False
        self.chance = random.Random(options.lossy)

    def run(self):
        threading.Thread(target=self.receive_requests, daemon=True).start()

    def receive_requests(self):
        try:
            if self.options.java:
                self.receive_lines()
                return
            while True:
                data = self.connection.recv(REQUEST_READ_BYTES)
                if not data:
                    # The students' loop would spin here for ever; the frames go on in both.
                    say("gone", self.number)
                    return
                self.process(data.decode("utf-8"))
        except Exception as error:  # pylint: disable=broad-except
            traceback.print_exc()
            say("died", self.number, type(error).__name__)

    def receive_lines(self):
        """The Java edition: three ended lines a request; it hangs up after TEARDOWN."""
        lines = self.connection.makefile("r", encoding="utf-8", newline=None)
        while True:
            request = lines.readline()
            if request == "":
                say("gone", self.number)
                return
            self.process(request + lines.readline() + lines.readline().rstrip("\n"))
            if request.startswith("TEARDOWN"):
                self.connection.shutdown(socket.SHUT_RDWR)
                say("gone", self.number)
                return

    def process(self, data):
        request = data.split("\n")
        line1 = request[0].split(" ")
        method = line1[0]
        filename = line1[1]
        words = request[1].split(" ")
        seq = words[0] if self.options.dialect == "b" else words[1]

        if method == "SETUP" and self.state == INIT:
            self.setup(filename, request, words, seq)
        elif method == "PLAY" and self.state == READY:
            self.state = PLAYING
            self.open_rtp_sockets()
            self.reply(seq)
            self.info["event"] = threading.Event()
            threading.Thread(target=self.send_rtp, args=(self.info["event"],), daemon=True).start()
            say("PLAY", self.number)
        elif method == "PAUSE" and self.state == PLAYING:
            self.state = READY
            self.info["event"].set()
            self.reply(seq)
            say("PAUSE", self.number)
        elif method == "TEARDOWN":
            self.info["event"].set()
            self.reply(seq)
            for rtp_socket in self.info["rtp_sockets"]:
                rtp_socket.close()
            say("TEARDOWN", self.number)
        else:
            say("ignored", self.number, method)

    def setup(self, filename, request, words, seq):
        try:
            path = os.path.join(self.options.root, filename)
            self.info["video"] = VideoStream(path, self.options.loop)
            self.state = READY
        except IOError:
            say("missing", self.number, filename)
            # Here dialect B looks at a word that its own clients do not send, and dies.
            if not self.report_missing(words[1]):
                return
        self.info["session"] = 123456 if self.options.java else randint(100000, 999999)
        self.reply(seq)
        third = request[2].split(" ")
        self.info["rtp_port"] = third[3]
        self.info["flows"] = int(third[5]) if self.options.flows and len(third) > 5 else self.options.flows
        say("SETUP", self.number, filename, third[3])

    def report_missing(self, seq):
        """Answers as this fork does; says whether it then goes on to answer 200, as the original does."""
        kind = self.options.missing_file
        if kind == "404":
            self.send(f"RTSP/1.0 404 FILE_NOT_FOUND\nCSeq: {seq}\nSession: 0\n")
        elif kind == "404-glued":
            self.send(f"RTSP/1.0 404 FILE_NOT_FOUND\nCSeq: {seq}")
        return kind in ("200", "404-glued")

    def reply(self, seq):
        newline, end = ("\r\n", "\r\n") if self.options.java else ("\n", "")
        self.send(newline.join(["RTSP/1.0 200 OK", f"CSeq: {seq}", f"Session: {self.info['session']}"]) + end)

    def send(self, text):
        self.connection.send(text.encode("utf-8"))

    def open_rtp_sockets(self):
        if self.options.flows:
            # Bound once: the ports could not be bound again while the first sockets live.
            if "rtp_sockets" not in self.info:
                count = self.info["flows"]
                self.info["rtp_sockets"] = [self.flow_socket(index) for index in range(count)]
            return
        self.info["rtp_sockets"] = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM)]

    def flow_socket(self, index):
        base = self.options.flow_base
        rtp_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        rtp_socket.bind(("", base + index if base else 0))
        return rtp_socket

    def send_rtp(self, event):
        video, sockets = self.info["video"], self.info["rtp_sockets"]
        while True:
            jitter = self.chance.uniform(-0.013, 0.006) if self.options.lossy is not None else 0.0
            event.wait(self.options.period_ms / 1000 + jitter)
            if event.is_set():
                return
            data = video.next_frame()
            if not data:
                if not self.ended:
                    say("end", self.number, video.frame_num)
                self.ended = True
                continue
            number = video.frame_num
            try:
                if self.options.lossy is not None and self.chance.uniform(1, 100) <= 6.0:
                    # The widespread fork loses one frame in twenty on purpose.
                    say("dropped", self.number, number)
                    continue
                destination = (self.address[0], int(self.info["rtp_port"]))
                for packet in self.packetize(data, number):
                    sockets[number % len(sockets)].sendto(packet, destination)
                if self.options.lossy is not None:
                    sleep(jitter + 0.020)
            except Exception:  # pylint: disable=broad-except
                traceback.print_exc()

    def packetize(self, data, number):
        timestamp = number * self.options.period_ms if self.options.java else int(time())
        if not self.options.fragments:
            return [rtp_packet(number, 0, timestamp, data)]
        pieces = [data[start : start + FRAGMENT_BYTES] for start in range(0, len(data), FRAGMENT_BYTES)]
        packets = []
        for index, piece in enumerate(pieces):
            self.packets += 1
            seq_num = {"packets": self.packets, "frames": number, "hundreds": number * 100 + index}
            marker = 1 if index == len(pieces) - 1 else 0
            packets.append(rtp_packet(seq_num[self.options.numbering], marker, timestamp, piece))
        return packets


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--root", default=".")
    parser.add_argument("--dialect", choices=("a", "b"), default="a")
    parser.add_argument("--java", action="store_true", help="the lab's Java edition: ended lines, CR LF")
    parser.add_argument("--fragments", action="store_true", help=f"pieces of {FRAGMENT_BYTES} bytes, then a marker")
    parser.add_argument(
        "--numbering",
        choices=("packets", "frames", "hundreds"),
        default="packets",
        help="sequence numbers of pieces: one each, the frame's, or frame * 100 + index",
    )
    parser.add_argument("--flows", type=int, default=0, help="the multi-flow fork, and how many where SETUP names none")
    parser.add_argument("--flow-base", type=int, default=23456, help="first port of the flows; 0 takes free ones")
    parser.add_argument("--missing-file", choices=("200", "silent", "404", "404-glued"), default="200")
    parser.add_argument(
        "--loop",
        choices=("restart", "continue"),
        nargs="?",
        const="restart",
        help="begin again at the end, with the numbers too or with the numbers going on",
    )
    parser.add_argument("--lossy", type=int, metavar="SEED", help="lose one frame in twenty and jitter: one fork does")
    parser.add_argument("--period-ms", type=int, default=50)
    return parser.parse_args()


def main():
    options = parse_arguments()
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((options.host, options.port))
    listener.listen(5)
    say("listening", listener.getsockname()[1])
    number = 0
    while True:
        connection, address = listener.accept()
        number += 1
        ServerWorker(number, connection, address, options).run()


if __name__ == "__main__":
    main()
