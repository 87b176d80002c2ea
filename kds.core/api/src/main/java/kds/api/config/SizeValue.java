package kds.api.config;

import aQute.bnd.annotation.xml.XMLAttribute;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a {@code String} method of a component's configuration type as a size in bytes, to be read
 * by {@link Quantity#bytes}. See {@link DurationValue} for what the mark does.
 *
 * <pre>{@code
 * @SizeValue(max = "1GiB")
 * String buffer_size() default "64KiB";
 * }</pre>
 */
@XMLAttribute(
    namespace = DurationValue.NAMESPACE,
    prefix = "kds",
    embedIn = "*",
    mapping = {"min=size-min", "max=size-max"})
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface SizeValue {
  /** The smallest size allowed, written as in the configuration. */
  String min() default "0";

  /** The largest size allowed, written as in the configuration. */
  String max() default "9223372036854775807";
}
