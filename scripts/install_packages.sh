#!/usr/bin/env bash
# Installs the Debian packages of scripts/packages.txt that are missing, and says beforehand which.
#   install_packages.sh [build|test]    test: what building needs and what the tests need on top
# Exit codes: 0 all there, 1 apt failed, 2 usage, 3 packages are missing and this is not root (nothing is changed).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
purpose=${1:-build}
case $purpose in
  build) groups=" build " ;;
  test) groups=" build test " ;;
  *) echo "usage: install_packages.sh [build|test]" >&2; exit 2 ;;
esac
if ! { command -v npm && command -v node; } >/dev/null; then groups+="node "; fi

wanted=()
while read -r group package _; do
  [[ $groups == *" $group "* ]] && wanted+=("$package")
done <"$root/scripts/packages.txt"

installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/^.i //p' || true)
missing=()
for package in "${wanted[@]}"; do
  grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
((${#missing[@]})) || exit 0

line="apt-get install --no-install-recommends ${missing[*]}"
if ((EUID != 0)); then
  printf 'These Debian packages are missing; nothing was changed. As root, run:\n\n  %s\n\nand then this command again.\n' "$line" >&2
  exit 3
fi

printf 'Installing %d Debian packages and what they need, up to some minutes: %s\n' "${#missing[@]}" "${missing[*]}" >&2
mkdir -p "$root/build"
log=$root/build/install.log
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update -qq && apt-get -y -qq -o DPkg::Lock::Timeout=300 install --no-install-recommends "${missing[@]}"; } \
  </dev/null >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  printf '\nThe packages could not be installed (whole log: %s).\n' "$log" >&2
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-unknown}")
  [[ $codename == bookworm ]] || printf 'This is made for Debian 12 (bookworm); this machine says it is %s.\n' "$codename" >&2
  exit 1
fi
