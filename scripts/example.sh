#!/bin/bash
# Checks the example configuration at the top of the tree as an operator would, on a copy with throw-away keys, and runs
# the cases of its mappings.
#
#   scripts/example.sh PATH-TO-EDIGATE
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
edigate=$(realpath "${1:?usage: $0 PATH-TO-EDIGATE}")
readonly edigate
folder=$(mktemp -d "${TMPDIR:-/tmp}/edigate-example-XXXXXX")
readonly folder
trap 'rm -rf "$folder"' EXIT

cp -r edigate.toml partners mappings certs "$folder"
for name in northwind acme-bearings; do
    openssl req -x509 -newkey rsa:2048 -sha256 -nodes -days 365 -subj "/CN=$name example" \
        -keyout "$folder/certs/$name.key" -out "$folder/certs/$name.pem" 2>/dev/null
    chmod 0400 "$folder/certs/$name.key"
done
"$edigate" check --config "$folder/edigate.toml"
# The cases beside its mappings, both ways.
"$edigate" mapping test --config "$folder/edigate.toml"
