# Tells when the desktop of a user (argument: uid) can be used, in nanoseconds since 1970, found by looking
# all the time and by nobody else's help: "ready NUMBER". Then, once its window manager runs, "managed NUMBER".
import glob, os, re, socket, stat, sys, time

uid = int(sys.argv[1])


def answers(address):
    try:
        s = socket.socket(socket.AF_UNIX)
        s.connect(address)
        s.close()
        return True
    except OSError:
        return False


def displays():
    for path in glob.glob("/tmp/.X11-unix/X*"):
        try:
            if os.stat(path).st_uid == uid and answers(path):
                yield path[len("/tmp/.X11-unix/X"):]
        except OSError:
            pass


def processes():
    for path in glob.glob("/proc/[0-9]*"):
        try:
            if os.stat(path).st_uid == uid:
                yield path
        except OSError:
            pass


def usable():
    for display in displays():
        for path in processes():
            try:
                environ = open(path + "/environ", "rb").read().decode(errors="replace").split("\0")
            except OSError:
                continue
            if ("DISPLAY=:" + display + ".0" in environ) or ("DISPLAY=:" + display in environ):
                for variable in environ:
                    found = re.match("DBUS_SESSION_BUS_ADDRESS=unix:path=([^,;]+)", variable)
                    if found and answers(found.group(1)):
                        return True
    return False


def managed():
    for path in processes():
        try:
            if open(path + "/comm").read() == "xfwm4\n":
                return True
        except OSError:
            pass
    return False


print("looking", flush=True)
for word, there in (("ready", usable), ("managed", managed)):
    while not there():
        time.sleep(0.002)
    print(word, time.time_ns(), flush=True)
