#!/usr/bin/env bash
# Builds the admin page of web/ into FOLDER: dist/ with the files, and web_files.cpp, which holds them.
#   build_web.sh FOLDER      build_web.sh --packages   only brings web/node_modules to what package-lock.json says
# Needs node 18 and npm. Without them, or without the packages, it leaves an empty table, says so, and is not up to date, so that the next build tries again.
# A page that does not build is an error.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
web=$root/web

has_node() {
  command -v npm >/dev/null && node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' 2>/dev/null
}

# Fetches the packages beside those that are there and takes them in by a rename: a test or a server of the page that runs meanwhile keeps what it has.
packages() {
  local wanted stamp=$web/node_modules/.stamp new=$web/node_modules.new
  wanted=$(cat "$web/package-lock.json" "$web/.npmrc" | sha256sum)
  [[ -f $stamp && $(<"$stamp") == "$wanted" ]] && return
  exec 9>"$web/node_modules.lock"
  flock 9  # several builds may start at once
  [[ -f $stamp && $(<"$stamp") == "$wanted" ]] && return
  rm -rf "$new" "$web/node_modules.old"
  mkdir "$new"
  cp "$web/package.json" "$web/package-lock.json" "$web/.npmrc" "$new/"
  (cd "$new" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 timeout 600 npm ci --no-audit --no-fund --loglevel=error >&2) || return
  printf '%s' "$wanted" >"$new/node_modules/.stamp"
  [[ ! -e $web/node_modules ]] || mv "$web/node_modules" "$web/node_modules.old"
  mv "$new/node_modules" "$web/node_modules"
  rm -rf "$new" "$web/node_modules.old"
}

without_page() {
  printf 'The admin page is not in this build: %s. The server shows a plain page instead.\n' "$1" >&2
  cat >"$folder/web_files.cpp" <<'TEXT'
// Made by scripts/build_web.sh: there is no page in this build.
#include "api/web_files.h"

namespace darkroom::api {

std::span<const WebFile> web_files() { return {}; }

}  // namespace darkroom::api
TEXT
  touch -d @1 "$folder/web_files.cpp"
  exit 0
}

if [[ ${1:-} == --packages ]]; then
  has_node || { echo "build_web: node 18 or later and npm are missing" >&2; exit 1; }
  packages
  exit
fi

folder=${1:?usage: build_web.sh FOLDER}
mkdir -p "$folder"
has_node || without_page "node 18 or later and npm are missing"
packages || without_page "npm could not fetch its packages"
(cd "$web" && node_modules/.bin/vite build --logLevel warn --outDir "$folder/dist" --emptyOutDir)
node "$web/scripts/embed.mjs" "$folder/dist" "$folder/web_files.cpp"
