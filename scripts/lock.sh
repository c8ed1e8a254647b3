#!/usr/bin/env bash
# Write the two lock files anew: every package with its hashes, no registry named.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools"
"$tools/bin/pip" install --quiet pip-tools
options=(--quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --strip-extras --allow-unsafe)
"$tools/bin/pip-compile" "${options[@]}" --output-file requirements/run.txt pyproject.toml
"$tools/bin/pip-compile" "${options[@]}" --extra dev --constraint requirements/run.txt --output-file requirements/dev.txt pyproject.toml
