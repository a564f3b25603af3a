# Finds or makes what the journeys need; sourced by `run` and `pictures`.

project="$(cd "$here/../.." && pwd)"

TRADEPOST_BIN="${TRADEPOST_BIN:-${TRADEPOST_TEST_BINARY:-}}"
if [[ -z "$TRADEPOST_BIN" ]]; then
    (cd "$project" && cargo build --quiet)
    target="${CARGO_TARGET_DIR:-target}"
    [[ "$target" == /* ]] || target="$project/$target"
    TRADEPOST_BIN="$target/debug/tradepost"
fi

TRADEPOST_CHROMIUM="${TRADEPOST_CHROMIUM:-$(command -v chromium || true)}"
if [[ ! -x "$TRADEPOST_CHROMIUM" ]]; then
    echo "Chromium is missing: install it, or say where it is in TRADEPOST_CHROMIUM" >&2
    exit 1
fi

if [[ -z "${TRADEPOST_TEST_NODE_MODULES:-}" ]]; then
    pinned="$(cat "$here/package.json" "$here/package-lock.json" | sha256sum | cut -c1-16)"
    folder="${XDG_CACHE_HOME:-$HOME/.cache}/tradepost/browser-$pinned"
    if [[ ! -f "$folder/complete" ]]; then
        rm -rf "$folder"
        mkdir -p "$folder"
        cp "$here/package.json" "$here/package-lock.json" "$folder/"
        (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --no-progress --loglevel=error)
        touch "$folder/complete"
    fi
    TRADEPOST_TEST_NODE_MODULES="$folder/node_modules"
fi

export TRADEPOST_BIN TRADEPOST_CHROMIUM TRADEPOST_TEST_NODE_MODULES
