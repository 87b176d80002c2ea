package kds.http.files;

import java.io.IOException;
import kds.api.transfer.FileTransfer;
import kds.api.transfer.Receipt;
import kds.api.transfer.TransferException;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import kds.http.route.RequestPath;
import kds.http.route.Route;
import org.eclipse.jetty.http.HttpHeader;

/** {@code PUT /Downloads/{path}}: one file as the raw body. */
final class FileUpload implements Route.Use<FileTransfer> {
  @Override
  public void serve(Exchange exchange, FileTransfer transfer)
      throws IOException, Refusal, TransferException {
    UploadRules rules = UploadRules.of(exchange);
    byte[] expected = Digests.expected(exchange);
    Receipt receipt =
        new Intake(transfer, exchange.caller())
            .receive(
                rules.request(exchange.path(), exchange.announced()), exchange.body(), expected);
    exchange.set(HttpHeader.LOCATION, "/Downloads/" + RequestPath.encode(receipt.path()));
    if (receipt.sha256() != null) {
      exchange.set("Repr-Digest", Digests.field(receipt.sha256()));
    }
    exchange.json(receipt.replaced() ? 200 : 201, Places.json(receipt));
  }
}
