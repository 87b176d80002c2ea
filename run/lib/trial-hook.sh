#!/bin/bash
# A script of this trial home: it says what it is told. Scripts beside it run at the same moment, by name.
# Each documented variable: kds.scripts/README.md, "Variables".
for name in user_id username kasm_id kasm_user jwt_token api_host api_port api_url_prefix; do
  printf '%s=[%s]\n' "$name" "${!name-not set}"
done
