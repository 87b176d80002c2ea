package kds.http.testing;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests of the door have in common: a house of their own. */
public abstract class InHouse {
  /** The header of a token for all of a session's files. */
  protected static final String AUTH = "Authorization: " + TestDoor.FILES;

  /** What is served. */
  @TempDir protected Path folder;

  /** The house. */
  protected House house;

  @BeforeEach
  protected void open() throws Exception {
    house = new House(folder);
  }

  @AfterEach
  protected void close() {
    house.close();
  }

  /** Calls with GET. */
  protected Raw.Answer get(String target, String... headers) throws IOException {
    return house.client.call("GET", target, headers);
  }
}
