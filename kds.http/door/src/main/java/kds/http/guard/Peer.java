package kds.http.guard;

import java.net.InetAddress;

/**
 * Where a request comes from.
 *
 * @param address the client's address: the connection's, or the one a configured proxy forwarded
 * @param kasm whether it is one of the configured addresses of Kasm Workspaces
 * @param banned whether too many bad tokens came from it lately
 */
public record Peer(InetAddress address, boolean kasm, boolean banned) {}
