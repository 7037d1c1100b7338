#!/usr/bin/env bash
# Installs, from Debian's packages and PyPI, the programs that the tests with real peers start.
set -euo pipefail

if ! command -v apt-get > /dev/null; then
  echo "install_peers.sh: this system has no apt-get; install by hand: ffmpeg, VLC and live555, GStreamer with its RTSP server, tshark, Chromium, Firefox, Python 3 with OpenCV and PyAV" >&2
  exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi

packages=(
  ffmpeg
  gstreamer1.0-tools gstreamer1.0-rtsp gstreamer1.0-libav
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
  gir1.2-gst-rtsp-server-1.0 python3-gi
  tshark ustreamer chromium firefox-esr curl debian-archive-keyring
  iproute2 python3 python3-venv python3-pil imagemagick libjpeg-turbo-progs
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "install_peers.sh: all ${#packages[@]} packages are installed"
else
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
  echo "install_peers.sh: installed ${missing[*]}"
fi

peers=/opt/mjpegrtsp-peers

# OpenCV and PyAV bring an FFmpeg of their own each. They are in a virtual environment that only the tests use.
python=$peers/python/bin/python3
python_packages=(av==18.1.0 opencv-python-headless==5.0.0.93)
installed=$("$python" -m pip freeze 2> /dev/null || true)
missing=()
for package in "${python_packages[@]}"; do grep -qxF "$package" <<< "$installed" || missing+=("$package"); done
if [ ${#missing[@]} -eq 0 ]; then
  echo "install_peers.sh: ${python_packages[*]} are in $peers/python"
else
  "${as_root[@]}" /usr/bin/python3 -m venv "$peers/python"
  "${as_root[@]}" "$python" -m pip install --quiet --disable-pip-version-check --no-compile "${missing[@]}"
  echo "install_peers.sh: installed ${missing[*]} in $peers/python"
fi

# From version 11 to 13 Debian has no live555, and builds VLC without it, so that it cannot play RTP/JPEG. Both come from
# Debian 14, with all the libraries that they need, into a folder of their own; the tests look there, nothing else does.
release=forky
live555_packages=(vlc-bin vlc-plugin-base vlc-plugin-access-extra livemedia-utils)
live555_programs=(vlc openRTSP live555ProxyServer)

if [ -x "$peers/bin/vlc" ]; then
  echo "install_peers.sh: VLC and live555 are in $peers"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

# An apt that knows of no installed package, so that it fetches every library. A mirror may be some weeks behind.
mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial" "$work/tree" "$work/bin"
touch "$work/apt/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $release main" > "$work/apt/sources"
cat > "$work/apt/conf" << CONF
Dir::State "$work/apt";
Dir::State::Status "$work/apt/status";
Dir::Cache "$work/apt";
Dir::Etc::SourceList "$work/apt/sources";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
CONF
APT_CONFIG=$work/apt/conf apt-get update -qq
(cd "$work/apt" && APT_CONFIG=$work/apt/conf apt-get install -y -qq --no-install-recommends --download-only \
  -o Debug::NoLocking=true "${live555_packages[@]}" > /dev/null)
for archive in "$work"/apt/archives/*.deb; do dpkg-deb --extract "$archive" "$work/tree"; done

# The programs run with the loader and the libraries that came with them.
loader=$(cd "$work/tree" && ls usr/lib*/ld-linux*.so.*)
libraries=$(dirname "$(cd "$work/tree" && ls usr/lib/*/libc.so.6)")
for program in "${live555_programs[@]}"; do
  cat > "$work/bin/$program" << SCRIPT
#!/bin/sh
exec $peers/$loader --library-path $peers/$libraries:$peers/$libraries/vlc:$peers/$libraries/pulseaudio $peers/usr/bin/$program "\$@"
SCRIPT
  chmod 755 "$work/bin/$program"
done
"${as_root[@]}" mkdir -p "$peers/bin"
for part in "$work"/tree/*; do
  "${as_root[@]}" rm -rf "$peers/${part##*/}"
  "${as_root[@]}" mv "$part" "$peers"
done
"${as_root[@]}" mv "$work"/bin/* "$peers/bin"
echo "install_peers.sh: installed ${live555_packages[*]} of Debian $release in $peers"
