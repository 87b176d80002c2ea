/** What moves through each session: who may begin when, how fast, and how far it is. */
@NullMarked
package kds.core.traffic;

import org.jspecify.annotations.NullMarked;
