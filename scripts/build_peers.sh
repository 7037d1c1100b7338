#!/usr/bin/env bash
# Builds, with Go and Cargo, the programs of others that no package has: MediaMTX, a player and a publisher on
# gortsplib, and a player on retina (their sources are in tests/support). It takes some minutes; CI does without them.
set -euo pipefail
cd "$(dirname "$0")/.."

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
peers=/opt/mjpegrtsp-peers
mediamtx_version=v1.20.0

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

# Builds a program of a name with a function of its own, which writes it to $work/NAME, and installs it.
install_built() {
  local program=$1 compiler=$2
  if ! command -v "$compiler" > /dev/null; then
    echo "build_peers.sh: no $program, since $compiler is not installed" >&2
    return
  fi
  "build_${program//-/_}"
  "${as_root[@]}" install -D -m 755 "$work/$program" "$peers/bin/$program"
  echo "build_peers.sh: built $peers/bin/$program"
}

build_gortsplib_player() {
  go build -C tests/support/gortsplib -trimpath -o "$work/gortsplib-player" ./player
}

build_gortsplib_publisher() {
  go build -C tests/support/gortsplib -trimpath -o "$work/gortsplib-publisher" ./publisher
}

build_retina_player() {
  CARGO_TARGET_DIR=$work/target cargo build --quiet --locked --release --manifest-path tests/support/retina_player/Cargo.toml
  mv "$work/target/release/retina-player" "$work"
}

# The module has neither its version nor hls.js, which MediaMTX's own build fetches. Its fork of the SRT library has no
# version that the module proxy serves everywhere; with the library itself, SRT cannot be interrupted while it dials.
build_mediamtx() {
  local module
  module=$(cd "$work" && go mod download -json "github.com/bluenviron/mediamtx@$mediamtx_version" |
    sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  cp -r "$module" "$work/source"
  chmod -R u+w "$work/source"
  (
    cd "$work/source"
    printf %s "$mediamtx_version" > internal/core/VERSION
    touch internal/servers/hls/hls.min.js
    go mod edit -dropreplace github.com/datarhei/gosrt
    sed -i -E 's/\.DialWithContext\([a-zA-Z.]+, /.Dial(/' internal/forward/srt/dest.go internal/staticsources/srt/source.go
    go build -mod=mod -trimpath -o "$work/mediamtx" .
  )
}

install_built gortsplib-player go
install_built gortsplib-publisher go
install_built mediamtx go
install_built retina-player cargo
