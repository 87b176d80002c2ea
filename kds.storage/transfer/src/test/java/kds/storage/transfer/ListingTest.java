package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import kds.api.session.CredentialType;
import kds.api.transfer.Listing;
import kds.api.transfer.Place;
import kds.api.transfer.TransferException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListingTest {
  @TempDir Path root;
  private Server server;

  @BeforeEach
  void start() throws Exception {
    server = new Server(root, Map.of());
  }

  @Test
  void listsTheUsersOwnFolderByName() throws Exception {
    Path downloads = Files.createDirectories(server.downloads("ann"));
    Files.writeString(downloads.resolve("b.txt"), "four");
    Files.writeString(downloads.resolve("a.txt"), "");
    Files.createDirectory(downloads.resolve("c"));
    Files.createSymbolicLink(downloads.resolve("link"), root.resolve("Upload"));

    Listing listing = server.transfer.list(Server.ann(), "");

    assertThat(listing.files())
        .extracting(Listing.Item::name)
        .containsExactly("a.txt", "b.txt", "c");
    assertThat(listing.files().get(1).size()).isEqualTo(4);
    assertThat(listing.files().get(1).mode()).isEqualTo(0640);
    assertThat(listing.files().get(2).folder()).isTrue();
    assertThat(listing.leftOut()).isEqualTo(1);
    assertThat(listing.complete()).isTrue();
    assertThat(listing.place().reason()).isEqualTo(Place.Reason.HOME);
    assertThat(server.disk.open).hasValue(0);
    assertThat(server.audit).isEmpty();
  }

  @Test
  void listsTheSharedDownloadFolderForPromptUser() throws Exception {
    Files.writeString(root.resolve("Download/all.txt"), "x");
    Files.writeString(root.resolve("Upload/not-this.txt"), "x");

    Listing listing = server.transfer.list(Server.caller(null, CredentialType.PROMPT_USER), "");

    assertThat(listing.files()).extracting(Listing.Item::name).containsExactly("all.txt");
    assertThat(listing.place().folder()).isEqualTo(root.resolve("Download").toString());
    assertThat(listing.place().kind()).isEqualTo(Place.Kind.SHARED);
  }

  @Test
  void makesTheFolderOfAUserWhoHasNone() throws Exception {
    assertThat(server.transfer.list(Server.ann(), "").files()).isEmpty();
    assertThat(server.downloads("ann")).isDirectory();
  }

  @Test
  void tellsAMissingFolderFromAFile() throws Exception {
    Files.writeString(Files.createDirectories(server.downloads("ann")).resolve("f"), "x");

    assertThat(reason("nowhere")).isEqualTo(TransferException.Reason.NOT_FOUND);
    assertThat(reason("f")).isEqualTo(TransferException.Reason.WRONG_KIND);
    assertThat(reason("../..")).isEqualTo(TransferException.Reason.UNSAFE_PATH);
    assertThat(server.disk.open).hasValue(0);
  }

  private TransferException.Reason reason(String path) {
    return catchThrowableOfType(
            TransferException.class, () -> server.transfer.list(Server.ann(), path))
        .reason();
  }

  @Test
  void listsALargeFolderWhole() throws Exception {
    Path downloads = Files.createDirectories(server.downloads("ann"));
    for (int i = 0; i <= Listings.FEW; i++) {
      Files.createFile(downloads.resolve("%05d".formatted(i)));
    }
    Listing listing = server.transfer.list(Server.ann(), "");
    assertThat(listing.complete()).isTrue();
    assertThat(listing.files())
        .hasSize(Listings.FEW + 1)
        .isSortedAccordingTo(Comparator.comparing(Listing.Item::name));
  }
}
