#!/usr/bin/env bash
# Installs, from Debian's packages, the programs that the tests with real peers start.
set -euo pipefail

if ! command -v apt-get > /dev/null; then
  echo "install_peers.sh: this system has no apt-get; install by hand: ffmpeg, VLC, GStreamer with its RTSP server, tshark, Chromium, Python 3" >&2
  exit 1
fi

packages=(
  ffmpeg vlc-bin vlc-plugin-base
  gstreamer1.0-tools gstreamer1.0-rtsp gstreamer1.0-libav
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
  gir1.2-gst-rtsp-server-1.0 python3-gi
  tshark ustreamer chromium curl
  iproute2 python3 python3-pil imagemagick libjpeg-turbo-progs
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "install_peers.sh: all ${#packages[@]} packages are installed"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
echo "install_peers.sh: installed ${missing[*]}"
