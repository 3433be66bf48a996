#!/usr/bin/env bash
# Puts the headers of Debian's OpenCV (core, imgproc, objdetect) into .deps/opencv: the -dev package would install 322 packages
# for them, while the library itself comes with libopencv-objdetect406. With everything in place it does nothing, offline too.
set -euo pipefail

packages=(libopencv-core-dev libopencv-imgproc-dev libopencv-objdetect-dev)

# shellcheck source=scripts/dependency.sh
source "$(dirname "${BASH_SOURCE[0]}")/dependency.sh"
# shellcheck source=scripts/private_apt.sh
source "$root/scripts/private_apt.sh"
version=$(dpkg-query -W -f '${Version}' libopencv-objdetect406 2>/dev/null) ||
  fail "libopencv-objdetect406 is missing: run scripts/install_packages.sh first"
begin_dependency opencv "${packages[*]} $version"

echo "Fetching OpenCV's headers (4 MB)"
private_apt "$work" system update || fail "Debian's package list could not be fetched"
(cd "$work" && private_apt "$work" system download "${packages[@]/%/=$version}") || fail "OpenCV's headers could not be fetched"
for package in "$work"/*.deb; do dpkg-deb -x "$package" "$work/unpacked"; done
cp -r "$work/unpacked/usr/include/opencv4" "$work/result/include"
find "$work/unpacked/usr/include" -name opencv_modules.hpp -exec cp -t "$work/result/include/opencv2" {} +
finish_dependency
