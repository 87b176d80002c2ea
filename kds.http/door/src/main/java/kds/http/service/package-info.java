/** Calls about the service itself: health, capabilities, contract. */
@NullMarked
package kds.http.service;

import org.jspecify.annotations.NullMarked;
