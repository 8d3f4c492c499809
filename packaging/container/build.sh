#!/bin/sh
# build.sh [EXECUTABLE] [NAME]: builds the container image with buildah, from nothing but the standalone executable
# (npm run standalone). No registry is asked, and no root is needed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
executable=${1:-$here/../../build/redis-top-linux-x64}
name=${2:-redis-top}
command -v buildah > /dev/null || { echo "build.sh: there is no buildah here" >&2; exit 69; }
[ -x "$executable" ] || { echo "build.sh: $executable: no such executable; npm run standalone builds it" >&2; exit 64; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sh "$here/rootfs.sh" "$executable" "$work/rootfs"
buildah build --pull=never --isolation chroot --tag "$name" --file "$here/Containerfile" "$work"
