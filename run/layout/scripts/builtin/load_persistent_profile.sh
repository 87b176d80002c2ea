#!/bin/bash
# Brings the user's profile to this server. Called as root at the start of a session, before the user
# connects and after his account is there. Empty as shipped: put your own commands here.
# An exit code other than 0 is reported with the session, which starts all the same; but then the
# profile is not saved at its end, because a part of it would replace what is stored, nor brought again
# until you allow it, because it would replace what was done meanwhile (the report says how). So end
# with 0 for a user who has nothing stored yet. Nor is it called while the home holds work that could
# not be saved (scripts.unsaved_profile in config.yaml).
#
# What it is given: user_id username kasm_id jwt_token api_host api_port api_url_prefix
# It may take 5 minutes (scripts.timeout); for more, write a line of its own here: "# kds:" and then timeout=15m
#
# Example: from a file server, by rsync over SSH, as the user, with a key that only root can read.
#
#   set -euo pipefail
#   home=$(getent passwd "$username" | cut -d: -f6)
#   key=/etc/kasm-desktop-service/profiles.key
#   ssh -i $key -o BatchMode=yes profiles@files.example.com test -d "profiles/$user_id" ||
#     { [ $? -eq 1 ]; exit; }  # 1: nothing there yet, at his first session; 255: no connection
#   rsync --archive --delete --numeric-ids --exclude=.cache/ --exclude=Downloads/ --exclude=Desktop/ \
#     -e "ssh -i $key -o BatchMode=yes" "profiles@files.example.com:profiles/$user_id/" "$home/"
#   chown -R -h "$username:" "$home"
#
# Example: from cloud storage, by rclone with a remote called "profiles" in root's rclone.conf.
#
#   set -euo pipefail
#   home=$(getent passwd "$username" | cut -d: -f6)
#   rclone copy "profiles:$user_id" "$home" --links --exclude '.cache/**' --exclude 'Downloads/**' ||
#     [ $? -eq 3 ]             # 3: nothing there yet, at his first session
#   chown -R -h "$username:" "$home"
exit 0
