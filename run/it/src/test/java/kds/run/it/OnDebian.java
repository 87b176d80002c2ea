package kds.run.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class on a real Debian: one {@link DebianMachine}, booted before the first test of the
 * class and ended after the last, is given to each method or constructor that asks for it. Where no
 * machine can be booted the class is skipped, with the reason printed. When a test fails, logs and
 * pictures are kept below {@code run/it/target/debian/}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(DebianExtension.class)
@interface OnDebian {}
