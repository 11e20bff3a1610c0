#!/bin/bash
# Shows an order and its answer going through: throw-away keys, a partner, the daemon on its embedded default (documents
# become files), a real signed and encrypted 850 over AS2, the verified receipt, the canonical JSON; then the ERP's answer,
# which becomes an 855 that the partner's own gateway, a second edigate, receives and acknowledges. Everything lives in a
# temporary folder and ends with this script, unless KEEP=1 asks to leave the folder for a closer look.
#
#   scripts/demo.sh PATH-TO-EDIGATE
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
edigate=$(realpath "${1:?usage: $0 PATH-TO-EDIGATE}")
readonly edigate
folder=$(mktemp -d "${TMPDIR:-/tmp}/edigate-demo-XXXXXX")
readonly folder
daemons=()

main() {
    trap clean_up EXIT
    say "1. Throw-away keys for us (Northwind, who makes pumps) and for our partner (Acme, who buys them)"
    keys northwind acme
    say "2. A configuration with one partner, and its check"
    port=$(free_port 12000)
    their_port=$(free_port 22000)
    configuration
    "$edigate" check --config "$folder/edigate.toml"
    say "3. The daemon, listening for AS2 on 127.0.0.1:$port"
    start "$folder" "$port"
    say "4. Acme signs, encrypts and sends an 850, and asks for a signed receipt"
    sed 's/^/    /' "$folder/order.x12"
    send
    say "5. What the ERP finds: $(document)"
    pretty "$(document)"
    say "6. The ERP answers with an order response, as a file in $(commands "$folder")"
    theirs
    "$edigate" check --config "$folder/their/edigate.toml"
    start "$folder/their" "$their_port"
    answer
    say "7. It went out as an 855. Acme's own gateway, on 127.0.0.1:$their_port, gave its receipt and its 997"
    closed
    "$edigate" doc trace PO:4500012345 --config "$folder/edigate.toml"
    next_steps
}

say() {
    printf '\n\033[1m%s\033[0m\n' "$*"
}

keys() {
    mkdir -p "$folder"/{certs,partners/acme,mappings,var}
    local name
    for name in "$@"; do
        (umask 077 && openssl req -x509 -newkey rsa:2048 -sha256 -nodes -days 365 -subj "/CN=$name demo" \
            -keyout "$folder/certs/$name.key" -out "$folder/certs/$name.pem" 2>/dev/null)
        chmod 0400 "$folder/certs/$name.key"
    done
    ls -1 "$folder/certs" | sed 's/^/    certs\//'
}

# A port from this one on, below the range that the system gives to outgoing connections, so that a free one stays free.
free_port() {
    local candidate
    for candidate in $(seq $(($1 + RANDOM % 9000)) 32000); do
        (exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null || { echo "$candidate"; return; }
    done
}

configuration() {
    cat >"$folder/edigate.toml" <<TOML
schema = 1
instance = "demo"

[store]
folder = "var/edigate"
ballast = "1MiB"
free_hard = "1%"

[identity.northwind]
as2_id = "NORTHWIND"
[[identity.northwind.certificates]]
roles = ["sign", "decrypt"]
cert = "certs/northwind.pem"
key = "file:certs/northwind.key"

[[listener]]
name = "as2"
kind = "as2"
bind = "127.0.0.1:$port"
path = "/as2"

[admin]
socket = "var/admin.sock"

[erp.directory]
folder = "var/erp"

[log]
format = "text"
TOML
    cat >"$folder/partners/acme/partner.toml" <<TOML
schema = 1
name = "Acme Bearings"
status = "active"
usage = "production"
timezone = "America/New_York"

[as2]
identity = "northwind"
as2_id = "ACMEBRG"
url = "http://127.0.0.1:$their_port/as2"
[[as2.certificates]]
roles = ["verify", "encrypt"]
cert = "certs/acme.pem"

[x12]
us = { isa = "01/123456789", gs = "123456789" }
them = { isa = "ZZ/ACMEBRG", gs = "ACMEBRG" }
[x12.ack]
expect = { functional = "997", within = "1h" }

[[agreement]]
document = "order@1"
direction = "in"
message = "x12/004010/850"
mapping = "templates/x12/004010/order"
[[agreement]]
document = "order-response@1"
direction = "out"
message = "x12/004010/855"
mapping = "templates/x12/004010/order-response"
TOML
    cp scripts/order.x12 "$folder/order.x12"
}

# What Acme's gateway has: the same, seen from the other side.
theirs() {
    mkdir -p "$folder"/their/{partners/northwind,mappings,var}
    cp -r "$folder/certs" "$folder/their/certs"
    sed -e 's/instance = "demo"/instance = "acme"/' -e "s/$port/$their_port/" \
        -e 's/identity.northwind/identity.acme/; s/NORTHWIND/ACMEBRG/; s/northwind\.\(pem\|key\)/acme.\1/' \
        "$folder/edigate.toml" >"$folder/their/edigate.toml"
    cat >"$folder/their/partners/northwind/partner.toml" <<TOML
schema = 1
name = "Northwind Pumps"
status = "active"
usage = "production"
timezone = "America/New_York"

[as2]
identity = "acme"
as2_id = "NORTHWIND"
url = "http://127.0.0.1:$port/as2"
[[as2.certificates]]
roles = ["verify", "encrypt"]
cert = "certs/northwind.pem"

[x12]
us = { isa = "ZZ/ACMEBRG", gs = "ACMEBRG" }
them = { isa = "01/123456789", gs = "123456789" }
[x12.ack]
send = { functional = "997" }

[[agreement]]
document = "order-response@1"
direction = "in"
message = "x12/004010/855"
mapping = "templates/x12/004010/order-response"
TOML
}

commands() {
    echo "$1/var/erp/from-erp/commands"
}

# Under another name first, so that nobody reads half of it.
answer() {
    cat >"$(commands "$folder")/.new" <<JSON
{
  "responseNumber": "SO-990017", "responseDate": "2026-11-02", "purpose": "original", "response": "accepted",
  "orderReference": {"orderNumber": "4500012345", "orderDate": "2026-11-02"},
  "lines": [{
    "orderReference": {"orderNumber": "4500012345", "lineNumber": "10"},
    "item": {"buyerPartNumber": "EQ-4471", "supplierPartNumber": "NWP-40-316"},
    "orderedQuantity": {"value": "5", "unit": "EA"},
    "confirmations": [{"status": "accepted", "quantity": "5", "promisedDeliveryDate": "2026-11-23"}],
    "price": {"amount": "845.5", "unit": "EA"}
  }]
}
JSON
    sed 's/^/    /' "$(commands "$folder")/.new"
    mv "$(commands "$folder")/.new" "$(commands "$folder")/send.order-response.v1.acme.SO-990017.json"
}

closed() {
    local _
    for _ in $(seq 300); do
        if grep -qrs '"event":"document.closed"' "$folder/var/erp/to-erp/events"; then return; fi
        sleep 0.1
    done
    echo "the order response did not close; the daemon's log:" >&2
    cat "$folder/log" >&2
    exit 1
}

start() {
    "$edigate" serve --config "$1/edigate.toml" 2>"$1/log" &
    daemons+=($!)
    local _
    for _ in $(seq 300); do
        if is_ready "$2"; then return; fi
        kill -0 "${daemons[-1]}" 2>/dev/null || break
        sleep 0.1
    done
    echo "the daemon did not become ready; its log:" >&2
    cat "$1/log" >&2
    exit 1
}

is_ready() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'HEAD /as2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3 && grep -q '^HTTP/1.. 200' <&3) 2>/dev/null
}

send() {
    "$edigate" as2 send "$folder/order.x12" --to "http://127.0.0.1:$port/as2" \
        --as2-from ACMEBRG --as2-to NORTHWIND \
        --cert "$folder/certs/acme.pem" --key "$folder/certs/acme.key" --their-cert "$folder/certs/northwind.pem"
}

# The receipt is out as soon as the order is durable; the document follows a moment later.
document() {
    local _ found
    for _ in $(seq 300); do
        found=$(find "$folder/var/erp/to-erp/documents" -name '*.json' -print -quit 2>/dev/null)
        if [ -n "$found" ]; then echo "$found"; return; fi
        sleep 0.1
    done
    echo "no document arrived; the daemon's log:" >&2
    cat "$folder/log" >&2
    exit 1
}

pretty() {
    if command -v python3 >/dev/null; then python3 -m json.tool "$1"; else cat "$1"; fi
}

next_steps() {
    say "What to try next"
    cat <<TEXT
    KEEP=1 make demo                     keep the folder and read what stands in it
    README.md, "Point it at RabbitMQ"    replace [erp.directory] by [erp.amqp]
    edigate doc list --config FILE       while a daemon runs: what came in
    make test                            everything CI runs, power cuts included
TEXT
}

clean_up() {
    local status=$?
    local daemon
    for daemon in "${daemons[@]}"; do
        if kill -TERM "$daemon" 2>/dev/null; then wait "$daemon" || true; fi
    done
    if [ "${KEEP:-}" = 1 ]; then echo "kept: $folder"; else rm -rf "$folder"; fi
    exit $status
}

main
