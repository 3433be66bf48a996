#!/usr/bin/env bash
# Puts the headers of Debian's OpenCV that only the comparison in decode.cpp needs (imgcodecs, dnn) into a folder, without installing their -dev
# packages. With everything in place it does nothing, offline too.
#   get_opencv_headers.sh FOLDER
set -euo pipefail

target=$1
[[ -f $target/include/opencv2/imgcodecs.hpp && -f $target/include/opencv2/dnn.hpp ]] && exit 0
# shellcheck source=scripts/private_apt.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/private_apt.sh"
mkdir -p "$target"
private_apt "$target/apt" system update
(cd "$target" && private_apt "$target/apt" system download libopencv-imgcodecs-dev libopencv-dnn-dev)
for package in "$target"/*.deb; do dpkg-deb -x "$package" "$target/unpacked"; done
cp -rT "$target/unpacked/usr/include/opencv4" "$target/include"
rm -rf "$target/unpacked" "$target/apt" "$target"/*.deb
