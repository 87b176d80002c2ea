package kds.storage.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import kds.api.host.HostException;
import kds.api.host.HostUser;
import kds.api.host.HostUsers;
import kds.api.security.AuditRecord;
import kds.api.security.Caller;
import kds.api.session.CredentialType;
import kds.api.session.Session;
import kds.api.transfer.Receipt;
import kds.api.transfer.TransferException;
import kds.api.transfer.Upload;
import kds.api.transfer.UploadRequest;
import org.jspecify.annotations.Nullable;

/** A small server for tests: a disk with homes and shared folders, accounts, an audit. */
final class Server implements HostUsers {
  static final String KASM_ID = "0f7bcd11-2c5f-4b6e-9a27-7c0c5c9f5a10";

  final Path root;
  final DiskFiles disk = new DiskFiles();
  final Roads traffic = new Roads();
  final Inspectors inspectors = new Inspectors();
  final List<AuditRecord> audit = new CopyOnWriteArrayList<>();
  final Map<String, HostUser> accounts = new HashMap<>();
  final SessionFiles transfer;
  HostUser self;
  HostException.@Nullable Reason directoryFault;

  Server(Path root, Map<String, Object> config) throws IOException {
    this.root = root;
    self = account("root", 0);
    Files.createDirectories(root.resolve("Upload"));
    Files.createDirectories(root.resolve("Download"));
    transfer = new SessionFiles(this, disk, traffic, inspectors, audit::add, config(config));
    addPerson("ann", 1001);
  }

  /** The configuration with this server's shared folders. */
  TransferConfig config(Map<String, Object> more) {
    Map<String, Object> config = new HashMap<>(more);
    config.put("upload_dir", root.resolve("Upload").toString());
    config.put("download_dir", root.resolve("Download").toString());
    return Configs.of(config);
  }

  HostUser addPerson(String name, long uid) throws IOException {
    HostUser user = account(name, uid);
    accounts.put(name, user);
    Files.createDirectories(user.home());
    return user;
  }

  private HostUser account(String name, long uid) {
    return new HostUser(name, uid, uid, List.of(uid), root.resolve("home/" + name), "/bin/bash");
  }

  Path downloads(String user) {
    return root.resolve("home").resolve(user).resolve("Downloads");
  }

  static Caller caller(@Nullable String username, CredentialType type) {
    Session session = new Session(KASM_ID, "kasm-user-1", username, null, type);
    return new Caller("kasm-user-1", Set.of(), Set.of(), "token-1", "192.0.2.7", session);
  }

  /** Ann, with an account of her own. */
  static Caller ann() {
    return caller("ann", CredentialType.DYNAMIC);
  }

  Receipt upload(Caller caller, UploadRequest request, byte[] content) throws TransferException {
    try (Upload upload = transfer.begin(caller, request)) {
      upload.write(direct(content));
      return upload.commit();
    }
  }

  static UploadRequest request(String path) {
    return new UploadRequest(path, -1, null, false, false);
  }

  static ByteBuffer direct(byte[] content) {
    return ByteBuffer.allocateDirect(content.length).put(content).flip();
  }

  /** The names in a folder, hidden leftovers among them. */
  static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Override
  public Optional<HostUser> byName(String name) throws HostException {
    if (directoryFault != null) {
      throw new HostException(directoryFault, "ldap.example.com did not answer");
    }
    return Optional.ofNullable(accounts.get(name));
  }

  @Override
  public Optional<HostUser> byUid(long uid) {
    return accounts.values().stream().filter(user -> user.uid() == uid).findFirst();
  }

  @Override
  public HostUser self() {
    return self;
  }
}
