#!/usr/bin/env bash
# Puts ONNX Runtime into .deps/onnxruntime: the shared library out of the npm package onnxruntime-node, version and content
# pinned, and the C and C++ headers of Debian 13's libonnxruntime-dev (C API 21, which a newer runtime serves unchanged).
# Nothing of the system is touched. With everything in place it does nothing and needs no network.
set -euo pipefail

version=1.27.0
integrity=QEzGwrvNBgv4uPVdnbHsOGG4G6T96mdlcFI8aAKPjMU8wOPpVocPXb6k3QGkaZagVTv2G9Bnnbo6Z3JdXr1fQw==
headers=1.21

# shellcheck source=scripts/dependency.sh
source "$(dirname "${BASH_SOURCE[0]}")/dependency.sh"
# shellcheck source=scripts/private_apt.sh
source "$root/scripts/private_apt.sh"
begin_dependency onnxruntime "onnxruntime-node $version, headers $headers"
mkdir -p "$work/result/lib" "$work/result/include"

case $(dpkg --print-architecture) in
  amd64) folder=x64 ;;
  arm64) folder=arm64 ;;
  *) fail "there is no ready-made ONNX Runtime for $(dpkg --print-architecture); set ONNXRUNTIME_ROOT to one of your own" ;;
esac

command -v npm >/dev/null || fail "npm is missing: run scripts/install_packages.sh first, or set ONNXRUNTIME_ROOT"
echo "Fetching ONNX Runtime $version (100 MB)"
npm_package onnxruntime-node "$version" "$integrity"
tar -xzf "$package" -C "$work/result/lib" --strip-components=5 "package/bin/napi-v6/linux/$folder/libonnxruntime.so.1"

mirror=$(debian_mirror "$work/system")
[[ -n $mirror ]] || fail "no Debian mirror found in this machine's apt sources; set ONNXRUNTIME_ROOT instead"
printf 'Types: deb\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
  "$mirror" >"$work/trixie.sources"
private_apt "$work/trixie" "$work/trixie.sources" update || fail "Debian 13's package list could not be fetched"
(cd "$work" && private_apt "$work/trixie" "$work/trixie.sources" download "libonnxruntime-dev=$headers.*") ||
  fail "Debian 13's libonnxruntime-dev could not be fetched"
dpkg-deb -x "$work"/libonnxruntime-dev_*.deb "$work/headers"
find "$work/headers/usr/include" -path '*onnxruntime*' -name 'onnxruntime_*.h' -exec cp -t "$work/result/include" {} +
grep -q '#define ORT_API_VERSION 21' "$work/result/include/onnxruntime_c_api.h" || fail "the headers are not those of C API 21"
finish_dependency
