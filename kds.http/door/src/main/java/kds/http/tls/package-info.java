/** The server's certificate and key: read, checked against each other, made at first start. */
@NullMarked
package kds.http.tls;

import org.jspecify.annotations.NullMarked;
