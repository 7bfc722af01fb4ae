#!/bin/sh
# Sends one notice through the Academy's API: a POSIX shell and curl.
# ACADEMY_URL, ACADEMY_TOKEN, EDITION and PERSON come from the environment; subject and body must need no escaping in
# JSON. However often it is run with the same reference, the person gets one mail.
set -eu
curl --silent --show-error --fail-with-body --retry 3 --retry-connrefused --max-time 30 \
    --header "Authorization: Bearer $ACADEMY_TOKEN" --header "Content-Type: application/json" \
    --data "{\"reference\": \"$1\", \"person_id\": \"$PERSON\", \"subject\": \"$2\", \"body\": \"$3\"}" \
    "$ACADEMY_URL/api/notifications/v1/editions/$EDITION/notices" |
    sed -n 's/.*"state": *"\([a-z]*\)".*/\1/p'
