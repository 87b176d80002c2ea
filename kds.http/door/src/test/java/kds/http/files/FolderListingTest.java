package kds.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import kds.api.transfer.FileTransfer;
import kds.api.transfer.Listing;
import kds.api.transfer.Place;
import kds.http.log.AccessLog;
import kds.http.route.Router;
import kds.http.testing.Client;
import kds.http.testing.InHouse;
import kds.http.testing.OneGate;
import kds.http.testing.Raw;
import kds.http.testing.Raw.Answer;
import kds.http.testing.TestDoor;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FolderListingTest extends InHouse {
  @Test
  void sendsAFolderOfManyFilesWhole() throws Exception {
    int many = FolderListing.SHORT + 500;
    for (int i = 0; i < many; i++) {
      Files.createFile(folder.resolve("%05d \"ü\\\".txt".formatted(i)));
    }
    Answer answer = house.client.call("GET", "/api/downloads");
    JsonNode files = new JsonMapper().readTree(answer.text()).get("files");
    assertThat(files.size()).isEqualTo(many);
    assertThat(files.get(many - 1).get("filename").asString())
        .isEqualTo("%05d \"ü\\\".txt".formatted(many - 1));
    assertThat(files.get(0).get("perms").asString()).matches("[0-7]{3}");
    assertThat(house.client.call("HEAD", "/api/downloads").status()).isEqualTo(200);
  }

  @Test
  void whoReadsSlowlyHoldsNoMoreThanOnesShare() throws Exception {
    OneGate gate = new OneGate(many(60_000));
    try (TestDoor door =
            new TestDoor(
                new Router(FileRoutes.all(Clock.systemUTC()), gate), new AccessLog(), true);
        Client client = new Client(door);
        Socket slow = new Socket()) {
      slow.setReceiveBufferSize(4096);
      slow.connect(new InetSocketAddress("127.0.0.1", door.port()));
      String head = Raw.head("GET", "/api/downloads", "Authorization: " + TestDoor.FILES);
      slow.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      assertThat(slow.getInputStream().read()).as("the answer has begun").isEqualTo('H');
      Answer refused = client.call("GET", "/api/downloads");
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.headers()).containsKey("Retry-After");
    }
    assertThat(gate.leases.await(0)).isZero();
  }

  private static FileTransfer many(int count) {
    List<Listing.Item> items =
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    new Listing.Item(
                        "a file " + i, false, i, Instant.EPOCH, Instant.EPOCH, "ann", "ann", 0600))
            .toList();
    Place place = new Place(Place.Kind.HOME, "/home/ann/Downloads", Place.Reason.HOME, "Home.");
    Listing listing = new Listing(place, items, 0, true);
    return (FileTransfer)
        Proxy.newProxyInstance(
            FileTransfer.class.getClassLoader(),
            new Class<?>[] {FileTransfer.class},
            (proxy, method, arguments) -> listing);
  }
}
