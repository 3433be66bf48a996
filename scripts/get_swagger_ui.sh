#!/usr/bin/env bash
# Puts Swagger UI into .deps/swagger-ui: two files out of the npm package swagger-ui-dist (Apache-2.0), version and content pinned. They are compiled into the
# program, which then shows its contract at /docs without any other server. With everything in place it does nothing and needs no network.
set -euo pipefail

version=5.35.0
integrity=U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ==
stamp="swagger-ui-dist $version"

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=$root/.deps/swagger-ui
is_there() { [[ -f $target/stamp && $(<"$target/stamp") == "$stamp" ]]; }
fail() { printf 'get_swagger_ui: %s\n' "$*" >&2; exit 1; }
is_there && exit 0

mkdir -p "$root/.deps"
exec 9>"$root/.deps/swagger-ui.lock"
flock 9  # several configures may start at once
is_there && exit 0

work=$(mktemp -d "$root/.deps/swagger-ui.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/result"
command -v npm >/dev/null || fail "npm is missing"
(cd "$work" && npm_config_update_notifier=false timeout 120 npm pack "swagger-ui-dist@$version" --ignore-scripts --silent >/dev/null 2>npm.log) ||
  { cat "$work/npm.log" >&2; fail "npm could not fetch swagger-ui-dist $version"; }
package=$work/swagger-ui-dist-$version.tgz
expected=$(base64 -d <<<"$integrity" | od -An -tx1 -v | tr -d ' \n')
echo "$expected  $package" | sha512sum --check --quiet - >&2 || fail "what npm fetched is not the pinned swagger-ui-dist $version"
tar -xzf "$package" -C "$work/result" --strip-components=1 package/swagger-ui-bundle.js package/swagger-ui.css package/LICENSE package/NOTICE
sed -i '/^\/\/# sourceMappingURL=/d; s|/\*# sourceMappingURL=[^*]*\*/||' "$work/result/swagger-ui-bundle.js" "$work/result/swagger-ui.css"

echo "$stamp" >"$work/result/stamp"
chmod 755 "$work/result" && rm -rf "$target" && mv "$work/result" "$target"
