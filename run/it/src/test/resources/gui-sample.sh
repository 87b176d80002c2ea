#!/usr/bin/env bash
set -euo pipefail
echo "[gui-start] Starting GUI app launcher..."
# Provided by KDS
username="$username"
home="/home/$username"
AUTH="$home/.Xauthority"
uid=$(id -u "$username")
# Needed for GUI apps
export XDG_RUNTIME_DIR="/run/user/$uid"
export DBUS_SESSION_BUS_ADDRESS="unix:path=${XDG_RUNTIME_DIR}/bus"
# Find REAL XRDP DISPLAY for this user
find_display() {
# Find displays owned by the user
for d in $(pgrep -au "$username" Xorg | grep -o ":[0-9]\+"); do
# Check if XFCE window manager is running on this display
if sudo -u "$username" DISPLAY="$d" XAUTHORITY="$AUTH" \
pgrep -u "$username" xfwm4 >/dev/null 2>&1; then
echo "$d"
return
fi
done
}
# Wait for DISPLAY
for i in {1..30}; do
DISP=$(find_display)
if [[ -n "${DISP:-}" ]]; then
export DISPLAY="$DISP"
export XAUTHORITY="$AUTH"
echo "[gui-start] Using DISPLAY=$DISPLAY"
break
fi
echo "[gui-start] Waiting for XRDP display..."
sleep 1
done
if [[ -z "${DISPLAY:-}" ]]; then
echo "[gui-start] FAIL: Could not detect XRDP display"
exit 1
fi
# Wait for XFCE session
for i in {1..20}; do
if pgrep -u "$username" xfwm4 >/dev/null &&
pgrep -u "$username" xfce4-session >/dev/null; then
echo "[gui-start] XFCE session ready"
break
fi
echo "[gui-start] Waiting for XFCE startup..."
sleep 1
done
# LAUNCH the GUI app -- using a game as example
APP="/usr/games/chromium-bsu"
# Ensure installed
if [[ ! -x "$APP" ]]; then
echo "[gui-start] Installing chromium-bsu..."
apt-get update -y && apt-get install -y chromium-bsu
fi
echo "[gui-start] Launching chromium-bsu..."
sudo -u "$username" DISPLAY="$DISPLAY" XAUTHORITY="$AUTH" "$APP" >/dev/null 2>&1 &
echo "[gui-start] GUI app launched."
exit 0
