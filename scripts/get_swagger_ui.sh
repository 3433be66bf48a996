#!/usr/bin/env bash
# Puts Swagger UI into .deps/swagger-ui: two files out of the npm package swagger-ui-dist (Apache-2.0), version and content pinned. They are compiled into the
# program, which then shows its contract at /docs without any other server. With everything in place it does nothing and needs no network.
set -euo pipefail

version=5.35.0
integrity=U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ==

# shellcheck source=scripts/dependency.sh
source "$(dirname "${BASH_SOURCE[0]}")/dependency.sh"
begin_dependency swagger-ui "swagger-ui-dist $version"
npm_package swagger-ui-dist "$version" "$integrity"
tar -xzf "$package" -C "$work/result" --strip-components=1 package/swagger-ui-bundle.js package/swagger-ui.css package/LICENSE package/NOTICE
sed -i '/^\/\/# sourceMappingURL=/d; s|/\*# sourceMappingURL=[^*]*\*/||' "$work/result/swagger-ui-bundle.js" "$work/result/swagger-ui.css"
finish_dependency
