#!/bin/bash
# A partner made of the openssl command line and curl. It builds the MIME of one message itself, signs and encrypts with
# `openssl cms`, posts with curl, verifies the signed receipt with `openssl cms -verify` against the gateway's certificate
# and computes the MIC with `openssl dgst`. No code is shared with edigate.
#
#   openssl_partner.sh --url URL --from AS2ID --to AS2ID --cert PEM --key PEM --gateway-cert PEM
#                      [--sign] [--encrypt] [--stream] [--digest sha256] [--cipher aes-256-cbc] [--attach FILE] FILE
#
# --stream lets OpenSSL write the envelope in BER of indefinite length, as BouncyCastle and Sterling send it (a streamed
# signature would hold the content too, which AS2 does not know). --attach puts a drawing beside the order (RFC 6362).
#
# Prints NAME=VALUE lines: http, message_id, mic, received_mic, disposition, original_message_id, verified (yes or no). Exit
# status 0 when the receipt verified and its MIC equals ours.
set -euo pipefail
export LC_ALL=C

sign= encrypt= stream= attach= digest=sha256 cipher=aes-256-cbc
while [ $# -gt 1 ]; do
    case "$1" in
        --url) url=$2; shift ;;
        --from) from=$2; shift ;;
        --to) to=$2; shift ;;
        --cert) cert=$2; shift ;;
        --key) key=$2; shift ;;
        --gateway-cert) gateway_cert=$2; shift ;;
        --digest) digest=$2; shift ;;
        --cipher) cipher=$2; shift ;;
        --attach) attach=$2; shift ;;
        --sign) sign=yes ;;
        --encrypt) encrypt=yes ;;
        --stream) stream=-stream ;;
        *) echo "unknown option $1" >&2; exit 64 ;;
    esac
    shift
done
readonly file=$1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
readonly work
readonly boundary="=_openssl_$(openssl rand -hex 12)"
readonly message_id="<$(openssl rand -hex 16)@openssl.partner.test>"
readonly micalg="sha-${digest#sha}"

main() {
    payload_part "$file" >"$work/part"
    [ -z "$attach" ] || bundle
    local mic
    mic=$(openssl dgst "-$digest" -binary "$work/part" | base64 -w 0)
    cp "$work/part" "$work/entity"
    [ -z "$sign" ] || signed_entity
    [ -z "$encrypt" ] || encrypted_entity
    post
    verify_receipt
    printf 'message_id=%s\nmic=%s, %s\n' "$message_id" "$mic" "$micalg"
    [ "$verified" = yes ] && [ "$received_mic" = "$mic" ]
}

# The MIME part that the MIC covers: its headers and the EDI (RFC 4130, section 7.3.1).
payload_part() {
    printf 'Content-Type: application/edi-x12\r\n'
    printf 'Content-Transfer-Encoding: binary\r\n'
    printf 'Content-Disposition: attachment; filename="order.x12"\r\n\r\n'
    cat "$1"
}

# multipart/related of the drawing and the order, in this order; the MIC covers all of it.
bundle() {
    {
        printf 'Content-Type: multipart/related; type="application/edi-x12"; start="<order>"; boundary="%s-related"\r\n\r\n' \
            "$boundary"
        printf -- '--%s-related\r\n' "$boundary"
        printf 'Content-Type: application/pdf; name="drawing.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        base64 -w 76 "$attach" | sed 's/$/\r/'
        printf -- '--%s-related\r\nContent-ID: <order>\r\n' "$boundary"
        cat "$work/part"
        printf '\r\n--%s-related--\r\n' "$boundary"
    } >"$work/bundle"
    mv "$work/bundle" "$work/part"
}

# multipart/signed over the part as it stands, with a detached signature (RFC 8551, section 3.5.3).
signed_entity() {
    openssl cms -sign -binary -md "$digest" -signer "$cert" -inkey "$key" -outform DER \
        -in "$work/part" -out "$work/signature"
    {
        printf 'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=%s; boundary="%s"\r\n\r\n' \
            "$micalg" "$boundary"
        printf -- '--%s\r\n' "$boundary"
        cat "$work/part"
        printf '\r\n--%s\r\n' "$boundary"
        printf 'Content-Type: application/pkcs7-signature; name=smime.p7s\r\n'
        printf 'Content-Transfer-Encoding: base64\r\n\r\n'
        base64 -w 76 "$work/signature" | sed 's/$/\r/'
        printf '\r\n--%s--\r\n' "$boundary"
    } >"$work/entity"
}

encrypted_entity() {
    openssl cms -encrypt -binary "-$cipher" -outform DER $stream -in "$work/entity" -out "$work/envelope" "$gateway_cert"
    {
        printf 'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n'
        printf 'Content-Transfer-Encoding: binary\r\n\r\n'
        cat "$work/envelope"
    } >"$work/encrypted"
    mv "$work/encrypted" "$work/entity"
}

# The entity's own headers travel as HTTP headers (RFC 4130, section 5.2.1).
post() {
    sed '/^\r$/q' "$work/entity" | sed 's/\r$//; /^$/d' >"$work/head"
    local length
    length=$(sed '/^\r$/q' "$work/entity" | wc -c)
    tail -c "+$((length + 1))" "$work/entity" >"$work/body"
    local http
    http=$(curl --silent --show-error --max-time 60 --request POST "$url" \
        --header "@$work/head" \
        --header 'AS2-Version: 1.2' --header "AS2-From: $from" --header "AS2-To: $to" \
        --header "Message-ID: $message_id" --header 'Subject: order' \
        --header 'Disposition-Notification-To: receipts@openssl.partner.test' \
        --header "Disposition-Notification-Options: signed-receipt-protocol=required, pkcs7-signature; signed-receipt-micalg=required, $micalg" \
        --header 'Expect:' --data-binary "@$work/body" \
        --dump-header "$work/answer.head" --output "$work/answer.body" --write-out '%{http_code}')
    printf 'http=%s\n' "$http"
}

# The receipt is text with CRLF throughout, so without -binary openssl hashes it as it stands; with it, its reader of MIME
# loses the line end before an inner boundary. What verifies is put aside by openssl; everything said about the receipt is
# read from there, never from the raw answer.
verify_receipt() {
    { grep -i '^content-type:' "$work/answer.head"; printf '\r\n'; cat "$work/answer.body"; } >"$work/receipt"
    verified=no received_mic=
    if openssl cms -verify -inform SMIME -in "$work/receipt" -CAfile "$gateway_cert" -purpose any \
        -certfile "$gateway_cert" -out "$work/report" 2>"$work/fault"; then
        verified=yes
        received_mic=$(field Received-Content-MIC)
        printf 'disposition=%s\noriginal_message_id=%s\nreceived_mic=%s\n' \
            "$(field Disposition)" "$(field Original-Message-ID)" "$received_mic"
        received_mic=${received_mic%%,*}
    else
        cat "$work/fault" >&2
    fi
    printf 'verified=%s\n' "$verified"
}

field() {
    sed -n "s/\r$//; s/^$1:[[:space:]]*//Ip" "$work/report" | head -n 1
}

main
