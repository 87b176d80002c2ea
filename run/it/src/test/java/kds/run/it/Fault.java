package kds.run.it;

import java.util.ArrayList;
import java.util.List;
import kds.run.it.Uploads.Way;

/**
 * One way in which a call of an upload may fail, and what a client is told.
 *
 * @param call the system call
 * @param error how it fails
 * @param when which calls of each thread, as {@code 1+}; {@link #FOLDER} for those on the folder
 *     that the files are in, and no others
 * @param name what is sent
 * @param status the answer
 */
record Fault(String call, String error, String when, Way way, String name, String status) {
  static final String FOLDER = "folder";
  static final String KEPT = "kept";
  static final String NEW = "new";

  /** In a folder that is made for it. */
  static final String MADE = "made/new";

  private static final List<String> ERRORS = List.of("EIO", "ENOSPC", "EDQUOT");

  Fault(String call, String error, String when, Way way, String status) {
    this(call, error, when, way, way == Way.OVERWRITE ? KEPT : NEW, status);
  }

  private static Fault of(String call, String error, String when, Way way) {
    return new Fault(call, error, when, way, status(error));
  }

  /** One that nobody needs to hear of. */
  private static Fault harmless(String call, String error, String name) {
    return new Fault(call, error, "1+", Way.PUT_ANNOUNCED, name, "201");
  }

  /** Whether the file is published all the same. */
  boolean isHarmless() {
    return status.equals("201");
  }

  private static Fault made(String call, String error, String when, Way way) {
    return new Fault(call, error, when, way, MADE, status(error));
  }

  private static String status(String error) {
    return switch (error) {
      case "ENOSPC", "EDQUOT" -> "507";
      case "EMFILE", "ENOMEM" -> "503";
      case "EACCES" -> "403";
      case "EFBIG" -> "413";
      default -> "500";
    };
  }

  private static List<Fault> some() {
    return List.of(
        of("openat2", "EIO", "1+", Way.PUT_ANNOUNCED),
        of("fallocate", "EDQUOT", "1+", Way.PUT_ANNOUNCED),
        harmless("fallocate", "EOPNOTSUPP", NEW),
        of("pwrite64", "ENOSPC", "1+", Way.FORM),
        of("pwrite64", "EIO", "2+", Way.PUT_ANNOUNCED),
        of("pwrite64", "EFBIG", "1+", Way.PUT_UNANNOUNCED),
        of("pwrite64", "EDQUOT", "1+", Way.TUS),
        of("ftruncate", "EIO", "1+", Way.PUT_UNANNOUNCED),
        of("fchmod", "EIO", "1+", Way.OVERWRITE),
        harmless("fchmod", "EPERM", NEW),
        of("fsync", "EIO", "1+", Way.PUT_ANNOUNCED),
        of("fsync", "EIO", FOLDER, Way.PUT_UNANNOUNCED),
        made("fsync", "EIO", FOLDER, Way.PUT_ANNOUNCED),
        of("fsync", "ENOSPC", "1+", Way.OVERWRITE),
        of("linkat", "EDQUOT", "1+", Way.PUT_ANNOUNCED),
        of("/^rename", "EIO", "1+", Way.OVERWRITE),
        of("renameat2", "ENOSPC", "1+", Way.TUS),
        made("mkdirat", "EDQUOT", "1+", Way.FORM),
        of("statx", "EIO", FOLDER, Way.PUT_ANNOUNCED));
  }

  /** A little of everything, or with {@code -Dkds.faults=all} every combination. */
  static List<Fault> chosen() {
    return "all".equals(System.getProperty("kds.faults")) ? all() : some();
  }

  /** Every combination that makes sense. */
  private static List<Fault> all() {
    List<Fault> all = new ArrayList<>();
    for (String unsupported : List.of("EOPNOTSUPP", "ENOSYS")) {
      all.add(harmless("fallocate", unsupported, NEW));
      all.add(harmless("fchmod", unsupported, NEW));
    }
    all.add(harmless("fchmod", "EPERM", MADE));
    all.add(harmless("fstatfs", "EIO", NEW));
    all.add(harmless("getdents64", "EIO", MADE));
    for (Way way : Way.values()) {
      for (String error : List.of("EIO", "EMFILE", "ENOMEM")) {
        all.add(of("openat2", error, "1+", way));
      }
      for (String error : List.of("EIO", "ENOMEM", "EACCES")) {
        all.add(of("statx", error, FOLDER, way));
      }
      for (String error : List.of("EIO", "EROFS")) {
        all.add(of("fchmod", error, "1+", way));
      }
      for (String error : ERRORS) {
        all.addAll(written(way, error));
        all.addAll(inNewFolder(way, error));
      }
      all.add(of("pwrite64", "EFBIG", "1+", way));
      all.add(of("fallocate", "EFBIG", "1+", way));
    }
    return all;
  }

  private static List<Fault> written(Way way, String error) {
    List<Fault> all = new ArrayList<>();
    all.add(of("fallocate", error, "1+", way));
    all.add(of("pwrite64", error, "1+", way));
    all.add(of("fsync", error, "1+", way));
    all.add(of("openat2", error, FOLDER, way));
    if (way == Way.OVERWRITE) {
      all.add(of("linkat", error, "1+", way));
      all.add(of("/^rename", error, "1+", way));
      return all;
    }
    all.add(of("fsync", error, FOLDER, way));
    if (way == Way.TUS) {
      all.add(of("renameat2", error, "1+", way));
      all.add(of("ftruncate", error, "1+", way));
      return all;
    }
    all.add(of("linkat", error, "1+", way));
    if (way == Way.PUT_ANNOUNCED) {
      all.add(of("pwrite64", error, "2+", way));
    } else {
      all.add(of("ftruncate", error, "1+", way));
    }
    return all;
  }

  private static List<Fault> inNewFolder(Way way, String error) {
    return way == Way.OVERWRITE
        ? List.of()
        : List.of(
            made("mkdirat", error, "1+", way),
            made("fchmod", error, "1+", way),
            made("fsync", error, FOLDER, way),
            made("openat2", error, FOLDER, way));
  }
}
