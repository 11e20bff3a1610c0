#!/bin/sh
# Shows with the openssl command what README.txt says of this folder. Nothing of edigate runs here.
#
# Exit code: 0 all of it was shown; 1 something is false; 2 nothing is false, and something cannot be shown.
# Needs a POSIX shell, openssl 1.1.1 or later, and "head -c"; gzip where a message was compressed.

LC_ALL=C
export LC_ALL
cd -- "$(dirname -- "$0")" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
result=0

# claim TEXT COMMAND...: the text is true if the command succeeds; that openssl cannot judge it is exit code 3.
claim() {
  text=$1
  shift
  "$@" >"$work/said" 2>&1
  case $? in
  0) printf 'shown      %s\n' "$text" ;;
  3)
    unshown "$text"
    sed 's/^/           /' "$work/said"
    ;;
  *)
    printf 'FALSE      %s\n' "$text"
    sed 's/^/           /' "$work/said"
    result=1
    ;;
  esac
}

# What cannot be shown, and why.
unshown() {
  printf 'not shown  %s\n' "$1"
  [ "$result" -eq 1 ] || result=2
}

# Something to know that proves nothing.
note() {
  printf 'note       %s\n' "$1"
}

sums_hold() {
  found=0
  while read -r sum name || [ -n "$sum" ]; do
    if [ ! -f "$name" ] || [ "$(openssl dgst -sha256 -r "$name" | cut -d ' ' -f 1)" != "$sum" ]; then
      echo "$name is not what SHA256SUMS says"
      return 1
    fi
    found=$((found + 1))
  done <SHA256SUMS
  [ "$found" -eq "$1" ]
}

# is_certificate FILE SHA256: the certificate has this fingerprint.
is_certificate() {
  sed -e '/^-----/d' "$1" | tr -d ' \t\r\n' | openssl base64 -d -A >"$work/der"
  [ "$(openssl dgst -sha256 -r "$work/der" | cut -d ' ' -f 1)" = "$2" ]
}

# signed_by CERTIFICATE CONTENT SIGNATURE: the signature is right for the content, and its key is the certificate's. Trust is
# in this one certificate: who issued it, and whether it has expired since, does not matter.
signed_by() {
  if ! openssl x509 -in "$1" -noout -pubkey >"$work/pinned.key"; then
    echo "openssl does not read $1; a program that does can verify the signature"
    return 3
  fi
  openssl cms -verify -binary -inform DER -in "$3" -content "$2" -certfile "$1" -noverify \
    -signer "$work/signer.pem" -out /dev/null || return 1
  openssl x509 -in "$work/signer.pem" -noout -pubkey >"$work/signer.key" || return 1
  cmp "$work/signer.key" "$work/pinned.key"
}

# stands_in BODY CONTENT FIRST LENGTH: the content is this piece of the body.
stands_in() {
  tail -c "+$3" "$1" | head -c "$4" | cmp - "$2"
}

# is_rest_of CONTENT FIRST FILE: the file is the content from this byte on.
is_rest_of() {
  tail -c "+$2" "$1" | cmp - "$3"
}

# is_rest_in_base64 CONTENT FIRST FILE: the same, where the content is in base64.
is_rest_in_base64() {
  tail -c "+$2" "$1" | tr -d ' \t\r\n' | openssl base64 -d -A | cmp - "$3"
}

# inflated CMS FIRST: what the zlib stream (RFC 1950) from this byte on holds. gzip reads it behind a head of its own, and
# misses its own end, so what it says does not count; what it gives is compared.
inflated() {
  { printf '\037\213\010\000\000\000\000\000'; tail -c "+$2" "$1"; } | gzip -dc 2>/dev/null
}

# is_rest_inflated CMS FIRST FROM FILE: the file is what the stream holds, from this byte on.
is_rest_inflated() {
  inflated "$1" "$2" | tail -c "+$3" | cmp - "$4"
}

# is_rest_inflated_in_base64 CMS FIRST FROM FILE: the same, where that is in base64.
is_rest_inflated_in_base64() {
  inflated "$1" "$2" | tail -c "+$3" | tr -d ' \t\r\n' | openssl base64 -d -A | cmp - "$4"
}

# differs_in_line_ends FIRST CONTENT OTHER: but for CRs, the other is the content from this byte on.
differs_in_line_ends() {
  tail -c "+$1" "$2" | tr -d '\r' >"$work/one"
  tr -d '\r' <"$3" | cmp - "$work/one"
}

# is_mic ALGORITHM CONTENT BASE64: the digest of the content.
is_mic() {
  [ "$(openssl dgst "-$1" -binary "$2" | openssl base64 -A)" = "$3" ]
}

# says NAME VALUE: the receipt has this field with this value, wherever its lines are folded.
says() {
  tr -d ' \t\r\n' <receipt-content.bin >"$work/flat"
  grep -q -a -i -F -e "$1:$2" "$work/flat" && grep -q -a -F -e "$2" "$work/flat"
}

# says_processed: the receipt's disposition is "processed", perhaps with a warning.
says_processed() {
  tr -d ' \t\r\n' <receipt-content.bin | tr 'A-Z' 'a-z' >"$work/flat"
  grep -q -a -E 'disposition:([a-z/-]+;)?/?processed' "$work/flat" || return 1
  ! grep -q -a -E 'disposition:([a-z/-]+;)?/?(processed/(error|fail)|failed|error)' "$work/flat"
}

