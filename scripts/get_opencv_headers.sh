#!/usr/bin/env bash
# Puts the headers of Debian's OpenCV (core, imgproc, objdetect) into .deps/opencv: the -dev package would install 322 packages
# for them, while the library itself comes with libopencv-objdetect406. With everything in place it does nothing, offline too.
set -euo pipefail

packages=(libopencv-core-dev libopencv-imgproc-dev libopencv-objdetect-dev)

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=$root/.deps/opencv
fail() { printf 'get_opencv_headers: %s\n' "$*" >&2; exit 1; }
version=$(dpkg-query -W -f '${Version}' libopencv-objdetect406 2>/dev/null) ||
  fail "libopencv-objdetect406 is missing: run scripts/install_packages.sh first"
stamp="${packages[*]} $version"
is_there() { [[ -f $target/stamp && $(<"$target/stamp") == "$stamp" ]]; }
is_there && exit 0

mkdir -p "$root/.deps"
exec 9>"$root/.deps/opencv.lock"
flock 9  # several configures may start at once
is_there && exit 0

# shellcheck source=scripts/private_apt.sh
source "$root/scripts/private_apt.sh"
work=$(mktemp -d "$root/.deps/opencv.XXXXXX")
trap 'rm -rf "$work"' EXIT

echo "Fetching OpenCV's headers (4 MB)"
private_apt "$work" system update || fail "Debian's package list could not be fetched"
(cd "$work" && private_apt "$work" system download "${packages[@]/%/=$version}") || fail "OpenCV's headers could not be fetched"
mkdir -p "$work/result"
for package in "$work"/*.deb; do dpkg-deb -x "$package" "$work/unpacked"; done
cp -r "$work/unpacked/usr/include/opencv4" "$work/result/include"
find "$work/unpacked/usr/include" -name opencv_modules.hpp -exec cp -t "$work/result/include/opencv2" {} +

echo "$stamp" >"$work/result/stamp"
chmod 755 "$work/result" && rm -rf "$target" && mv "$work/result" "$target"
