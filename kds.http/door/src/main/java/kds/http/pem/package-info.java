/** Keys and certificates in their text form, read with nothing but the JDK. */
@NullMarked
package kds.http.pem;

import org.jspecify.annotations.NullMarked;
