package kds.run.it;

/** An account of a machine. */
record DebianUser(String name, long uid, String password) {
  String home() {
    return "/home/" + name;
  }
}
